// SPDX-License-Identifier: Apache-2.0
#include "actors/code/interpreter.hpp"

#include <array>

#include "libagents/contract/base64.hpp"

namespace agents::code {
namespace {

/// Reads one line of sizes and then so many bytes, byte by byte and no further: what follows is the snippet's input.
constexpr std::string_view python_start = R"(
import os, sys

def _exactly(size):
    parts = []
    while size:
        part = os.read(0, size)
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b''.join(parts)

def _take():
    line = b''
    while not line.endswith(b'\n'):
        line += _exactly(1)
    sizes = [int(word) for word in line.split()]
    texts = [_exactly(size) for size in sizes[1:]]
    arguments = [os.fsdecode(t) for t in texts[1:1 + sizes[0]]]
    files = texts[1 + sizes[0]:]
    os.mkdir('/tmp/work')
    os.chdir('/tmp/work')
    for name, content in zip(files[::2], files[1::2]):
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, 'wb') as file:
            file.write(content)
    return texts[0], arguments

def _run(text, arguments):
    sys.argv[:] = ['snippet.py', *arguments]
    sys.path.insert(0, '/tmp/work')
    space = type(sys)('__main__')
    space.__dict__['__builtins__'] = __builtins__
    sys.modules['__main__'] = space
    try:
        exec(compile(text, 'snippet.py', 'exec'), space.__dict__)
    except SystemExit:
        raise
    except BaseException as problem:
        import linecache, traceback
        source = text.decode(errors='replace')
        linecache.cache['snippet.py'] = (len(source), None, source.splitlines(True), 'snippet.py')
        traceback.print_exception(type(problem), problem, problem.__traceback__.tb_next)
        sys.exit(1)

_run(*_take())
)";

constexpr std::string_view shell_start =
    R"(IFS= read -r size && head -c "$size" > /tmp/job && mkdir /tmp/work && cd /tmp/work && . /tmp/job)";

std::string python_job(const snippet& s) {
  std::string sizes = std::to_string(s.arguments.size()) + " " + std::to_string(s.code.size());
  std::string texts = s.code;
  const auto add = [&](const std::string& text) {
    sizes += " " + std::to_string(text.size());
    texts += text;
  };
  for (const auto& a : s.arguments) add(a);
  for (const auto& [name, content] : s.files) {
    add(name);
    add(content);
  }
  return sizes + "\n" + texts;
}

std::string in_base64(const std::string& text) {
  std::string out;
  append_base64(out, bytes{text.begin(), text.end()});
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

/// A script that writes the files and becomes the snippet.
std::string shell_job(const snippet& s) {
  std::string script;
  const auto write = [&script](const std::string& name, const std::string& content) {
    const auto folder = name.rfind('/');
    if (folder != std::string::npos) script += "mkdir -p -- " + quoted(name.substr(0, folder)) + "\n";
    script += "base64 -d > " + quoted(name) + " <<'END'\n" + in_base64(content) + "\nEND\n";
  };
  for (const auto& [name, content] : s.files) write(name, content);
  write("/tmp/snippet.sh", s.code);
  script += "exec /bin/sh /tmp/snippet.sh";
  for (const auto& a : s.arguments) script += " " + quoted(a);
  script += "\n";
  return std::to_string(script.size()) + "\n" + script;
}

}  // namespace

const interpreter* interpreter_of(std::string_view language) {
  static const std::array<interpreter, 2> known{
      interpreter{"python", "/usr/bin/python3", {"python3", "-I", "-c", std::string{python_start}}, python_job},
      interpreter{"shell", "/bin/sh", {"sh", "-c", std::string{shell_start}}, shell_job}};
  for (const auto& i : known)
    if (i.language == language) return &i;
  return nullptr;
}

}  // namespace agents::code
