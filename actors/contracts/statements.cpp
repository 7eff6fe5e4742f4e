// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/statements.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <map>

#include "actors/contracts/topics.hpp"
#include "actors/contracts/wording.hpp"

namespace agents::contracts {

namespace {

using re2::RE2;
using parties_list = std::vector<contract_party>;

constexpr std::size_t most_facts = 3;  // amounts or periods repeated in one statement

bool says(const std::string& text, const RE2& re) { return RE2::PartialMatch(text, re); }

std::string capitalised(std::string text) {
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  const auto n = std::min(items.size(), most_facts);
  for (std::size_t i = 0; i < n; ++i) out.append(i == 0 ? "" : i + 1 == n ? " and " : ", ").append(items[i]);
  return out;
}

std::vector<std::string> written(const std::vector<period>& all) {
  std::vector<std::string> out;
  for (const auto& p : all)
    if (std::ranges::find(out, to_string(p)) == out.end()) out.push_back(to_string(p));
  return out;
}

std::string subject(const actor& a, std::string_view unknown) {
  return a.who == actor::scope::unknown ? std::string{unknown} : capitalised(a.name);
}

std::string notice_phrase(const std::optional<period>& notice) {
  return notice ? " on " + to_string(*notice) + (notice->count == 1 ? "'s" : "'") + " notice" : std::string{};
}

/// "after the first anniversary of the Effective Date": when the right begins.
std::string starting_point(const std::string& s) {
  static const RE2 re{
      R"((?i)\b((?:at any time )?(?:after|following) the (?:first|second|third|fourth|fifth|initial|expiration|end|\d+\w*)\b[^,;.()]{0,60}|)"
      R"((?:at any time )?after [A-Z][a-z]+ \d{1,2}, \d{4}|not (?:be given )?prior to [^,;.()]{3,60}))"};
  static const RE2 tail{
      R"(,? (?:upon|by|on) (?:giving|at least|not less|one|ninety|thirty|sixty|\d).*$|,? (?:either|each|any) party.*$| by (?:giving|written).*$)"};
  std::string found;
  if (!RE2::PartialMatch(s, re, &found)) return {};
  RE2::Replace(&found, tail, "");
  return ", " + found;
}

statement termination(const std::string& s, const parties_list& parties) {
  static const std::string verbs =
      R"(\b(?:may|can|shall have|has|have|reserves?|is entitled|wishing|electing|to bring)\b.{0,90}(?:terminat|cancel|withdraw|discontinu|end)|terminat\w*|cancel\w*|withdraw|end this)";
  statement out;
  out.who = subject_of(s, verbs, parties);
  const auto notice = notice_period(s);
  if (notice) out.value = to_string(*notice);
  const auto who = subject(out.who, "A party (the clause does not name it in this sentence)");
  static const RE2 no_right{
      R"re((?i)(?:neither|no) party|cannot|may not|shall not be|no (?:right|option)|only (?:if|for|as)|non-?cancel)re"};
  static const RE2 free_right{R"re((?i)without cause|convenience|any reason|no reason|at will|discretion)re"};
  if (says(s, no_right) && !says(s, free_right)) {
    out.text = (out.who.who == actor::scope::one
                    ? capitalised(out.who.name) + " may terminate only as the clause says"
                    : "The clause excludes termination before the end of the term, except as it says");
    return out;
  }
  out.text = who + (out.who.who == actor::scope::neither ? " may not terminate" : " may terminate without cause") +
             notice_phrase(notice) + starting_point(s);
  return out;
}

statement governing_law(const std::string& s, const parties_list&) {
  const auto place = jurisdiction(s);
  if (place.empty()) return {"The clause chooses the governing law, in words that the rules cannot read", "", {}};
  if (place.ends_with(" law")) return {place + " governs", place, {}};
  static const RE2 with_article{
      "(State|Commonwealth|Federal Republic|Republic|Province|Kingdom|People's Republic|United|Netherlands).*"};
  const std::string article = RE2::FullMatch(place, with_article) ? "the " : "";
  return {"The law of " + article + place + " governs", place, {}};
}

statement renewal(const std::string& s, const parties_list& parties) {
  static const RE2 automatic{
      R"re((?i)automatic|renews? itself|rolls? over|from year to year|is (?:then )?prolonged|continues for successive|shall be renewed|shall (?:then )?renew)re"};
  static const RE2 successive{R"re((?i)successive|at a time|from year to year|additional one|each|periods|terms)re"};
  static const RE2 none{R"re((?i)no right (?:of|to) renew|(?:does|shall|will) not (?:be )?(?:automatically )?renew)re"};
  static const RE2 after_renewal{R"re((?i)((?:renew|exten|prolong|rolls? over|continues for successive).*))re"};
  statement out;
  if (says(s, none)) return {"The contract does not renew", "none", {}};
  std::string part = s;
  RE2::PartialMatch(s, after_renewal, &part);
  const auto all = periods(part);
  if (!all.empty()) out.value = to_string(all.front());
  const bool own = says(s, automatic);
  if (!own) out.who = subject_of(s, R"(\b(?:may|shall have|has|have|can)\b.{0,60}(?:renew|exten|option))", parties);
  const std::string by = out.who.who == actor::scope::unknown ? "" : " by " + out.who.name;
  out.text = own ? "The contract renews automatically" : "The term may be extended" + by;
  if (!out.value.empty())
    out.text += std::string{own && says(part, successive) ? " for successive periods of " : " for "} + out.value;
  return out;
}

statement renewal_notice(const std::string& s, const parties_list& parties) {
  const auto notice = notice_period(s);
  const auto all = periods(s);
  statement out;
  out.value = notice ? to_string(*notice) : all.empty() ? "" : to_string(all.back());
  out.who = subject_of(s, R"(\b(?:gives?|notif|provides?|declines|tells?|objected|does not))", parties);
  out.text = "Renewal is prevented by notice" +
             (out.value.empty() ? std::string{} : " given " + out.value + " before the term ends");
  return out;
}

statement date_of(const std::string& s, const parties_list&, std::string_view what) {
  const auto all = dates(s);
  if (all.empty()) return {std::string{what} + " is fixed by this clause", "", {}};
  return {std::string{what} + " is " + all.front(), all.front(), {}};
}

statement expiration(const std::string& s, const parties_list&) {
  static const RE2 end{R"re((?i)((?:until|through|expires? on|expire on|ending on|ends? on|end at|up to)\b.*))re"};
  static const RE2 open_end{R"re((?i)perpetu|indefinite|until (?:sooner |earlier )?terminated|until the last of)re"};
  std::string tail;
  if (RE2::PartialMatch(s, end, &tail))
    if (const auto d = dates(tail); !d.empty()) return {"The term ends on " + d.front(), d.front(), {}};
  if (const auto all = periods(s); !all.empty())
    return {"The initial term is " + to_string(all.front()), to_string(all.front()), {}};
  if (const auto d = dates(s); d.size() > 1) return {"The term ends on " + d.back(), d.back(), {}};
  if (says(s, open_end)) return {"The term is open-ended, or ends with an event that the clause names", "open", {}};
  return {"The clause fixes the term", "", {}};
}

statement parties_of(const std::string& s, const parties_list& parties) {
  std::vector<std::string> names;
  for (const auto& p : parties) names.push_back(p.name.empty() ? p.alias : p.name + " (\"" + p.alias + "\")");
  if (names.empty()) return {"The parties are introduced here", "", {}};
  std::string all;
  for (std::size_t i = 0; i < names.size(); ++i)
    all += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  static_cast<void>(s);
  return {"The parties are " + all, all, {}};
}

statement cap(const std::string& s, const parties_list& parties) {
  static const RE2 indirect{
      R"re((?i)indirect|consequential|incidental|special|punitive|exemplary|lost profits|loss of (?:profit|use|goodwill))re"};
  static const RE2 basis{
      R"re((?i)((?:an amount equal to |the )?(?:total |aggregate )?(?:amounts?|fees?|sums?|royalt(?:y|ies)|purchase price|price|rent|product prices|per cent of the \w+ fee)\b[^,;.]{0,30}\b(?:paid|payable|received|invoiced|owed)\b[^,;.]{0,90}))re"};
  static const RE2 suit{
      R"re((?i)(?:claim|action|suit|proceeding)s?\b.{0,60}(?:brought|commenced|filed|made|barred))re"};
  statement out;
  out.who = subject_of(s, R"(liab\w*|exceed|responsible|limited)", parties);
  std::string based;
  if (const auto money = amounts(s); !money.empty())
    out.value = joined(money);
  else if (RE2::PartialMatch(s, basis, &based))
    out.value = based;
  else if (const auto part = percentages(s); !part.empty())
    out.value = joined(part);
  static const RE2 limited{R"re((?i)limited to ([^.;]{3,90}))re"};
  if (out.value.empty() && !says(s, suit)) RE2::PartialMatch(s, limited, &out.value);
  if (!out.value.empty())
    out.text = "Liability is limited to " + out.value;
  else if (const auto all = periods(s); says(s, suit) && !all.empty())
    out.text = "Claims must be brought within " + (out.value = to_string(all.front()));
  else
    out.text =
        says(s, indirect) ? "Indirect, consequential or similar damages are excluded" : "The clause limits liability";
  if (out.value != "" && says(s, indirect) && !says(s, suit))
    out.text += ", and indirect or similar damages are excluded";
  return out;
}

statement uncapped(const std::string& s, const parties_list&) {
  struct named {
    const char* pattern;
    const char* text;
  };
  static constexpr std::array kinds = {named{"gross(?:ly)? negligen", "gross negligence"},
                                       named{"wil+ful|intent\\b", "wilful misconduct"},
                                       named{"fraud|theft", "fraud or theft"},
                                       named{"confidential", "confidentiality"},
                                       named{"indemn", "indemnities"},
                                       named{"infring|intellectual", "infringement of intellectual property"},
                                       named{"death|injury|life, body", "death or injury"},
                                       named{"data", "data protection"}};
  std::vector<std::string> found;
  for (const auto& k : kinds)
    if (RE2::PartialMatch(s, std::string{"(?i)"} + k.pattern)) found.emplace_back(k.text);
  std::string all;
  for (std::size_t i = 0; i < found.size(); ++i) all += (i == 0 ? "" : ", ") + found[i];
  return {found.empty() ? "The limits do not apply in the cases that the clause names"
                        : "The limits do not apply to: " + all,
          all,
          {}};
}

/// Facts of the kinds that matter for the category, in this order: amounts, percentages, periods.
struct fact_kinds {
  bool money = false;
  bool percent = false;
  bool time = false;
};

std::string facts(const std::string& s, fact_kinds wanted) {
  std::vector<std::string> all;
  if (wanted.money) std::ranges::copy(amounts(s), std::back_inserter(all));
  if (wanted.percent) std::ranges::copy(percentages(s), std::back_inserter(all));
  if (wanted.time) std::ranges::copy(written(periods(s)), std::back_inserter(all));
  return joined(all);
}

/// For what needs no more than who is concerned and the facts named.
struct generic_form {
  std::string_view category;
  std::string_view verb;    ///< after the subject: "may inspect or audit"
  std::string_view nobody;  ///< when no subject was found
  std::string_view modal;   ///< pattern of the verb whose subject is wanted
  fact_kinds kinds;
};

constexpr std::string_view duty = R"(\b(?:shall|will|must|agrees?|undertakes?|may|is|are|hereby)\b)";

constexpr std::array forms = {
    generic_form{"Audit Rights",
                 "may inspect or audit",
                 "Inspection or audit is allowed",
                 R"(\b(?:may|shall be entitled|shall have|has the right|can|have access|are entitled)\b)",
                 {false, false, true}},
    generic_form{"Insurance", "must carry insurance", "Insurance is required", duty, {true, false, false}},
    generic_form{"Minimum Commitment", "is bound to a minimum", "A minimum is agreed", duty, {true, true, false}},
    generic_form{"Volume Restriction",
                 "is subject to a limit on volume or use",
                 "Volume or use is limited",
                 duty,
                 {true, true, false}},
    generic_form{"Price Restrictions",
                 "is restricted in changing prices",
                 "Changes of price are restricted",
                 duty,
                 {true, true, true}},
    generic_form{"Revenue/Profit Sharing",
                 "pays a share of revenue or profit",
                 "Revenue or profit is shared",
                 duty,
                 {true, true, false}},
    generic_form{"Liquidated Damages",
                 "owes agreed damages or a fee",
                 "Agreed damages or a fee are due",
                 R"(\b(?:shall|will|must|may|agrees?)\b)",
                 {true, true, false}},
    generic_form{"Warranty Duration",
                 "warrants",
                 "The warranty lasts",
                 R"(\b(?:warrants|guarantees|promises|represents)\b)",
                 {false, false, true}},
    generic_form{"Non-Compete",
                 "may not compete, within the limits of the clause",
                 "Competition is restricted",
                 duty,
                 {false, false, true}},
    generic_form{
        "Exclusivity", "is bound to exclusivity, or grants it", "Exclusivity is agreed", duty, {false, true, true}},
    generic_form{"No-Solicit Of Customers",
                 "may not solicit the other's customers",
                 "Soliciting customers is restricted",
                 duty,
                 {false, false, true}},
    generic_form{"No-Solicit Of Employees",
                 "may not solicit or hire the other's staff",
                 "Soliciting or hiring staff is restricted",
                 duty,
                 {false, false, true}},
    generic_form{"Non-Disparagement", "must not disparage the other", "Disparagement is forbidden", duty, {}},
    generic_form{"Rofr/Rofo/Rofn",
                 "is concerned by a right of first refusal, offer or negotiation",
                 "There is a right of first refusal, offer or negotiation",
                 duty,
                 {false, false, true}},
    generic_form{"Change Of Control",
                 "is concerned by a clause on change of control",
                 "A change of control has consequences",
                 duty,
                 {false, false, true}},
    generic_form{"Anti-Assignment",
                 "is restricted in assigning the contract",
                 "Assignment is restricted",
                 R"(\b(?:assign|transfer|delegate)\w*\b)",
                 {}},
    generic_form{"Joint Ip Ownership",
                 "shares ownership of intellectual property",
                 "Intellectual property is owned jointly",
                 duty,
                 {}},
    generic_form{"License Grant",
                 "grants a licence",
                 "A licence is granted",
                 R"(\b(?:hereby grants?|grants?|licen[cs]es?|shall grant)\b)",
                 {}},
    generic_form{"Non-Transferable License",
                 "is limited in transferring or sublicensing",
                 "The licence may not be transferred or sublicensed freely",
                 duty,
                 {}},
    generic_form{"Irrevocable Or Perpetual License",
                 "grants a perpetual or irrevocable licence",
                 "A licence is perpetual or irrevocable",
                 R"(\b(?:hereby grants?|grants?|shall have)\b)",
                 {}},
    generic_form{"Affiliate License-Licensor",
                 "licenses rights of its affiliates too",
                 "Rights of the licensor's affiliates are licensed",
                 R"(\bgrants?\b)",
                 {}},
    generic_form{"Affiliate License-Licensee",
                 "licenses the licensee's affiliates too",
                 "The licensee's affiliates are licensed",
                 R"(\bgrants?\b)",
                 {}},
    generic_form{"Unlimited/All-You-Can-Eat-License", "has or grants unlimited use", "Use is unlimited", duty, {}},
    generic_form{"Source Code Escrow",
                 "has a duty about source code in escrow",
                 "Source code is held in escrow",
                 duty,
                 {false, false, true}},
    generic_form{"Post-Termination Services",
                 "has duties or rights after the end",
                 "There are duties after the end",
                 duty,
                 {false, false, true}},
    generic_form{"Covenant Not To Sue",
                 "may not contest the other's rights or sue, as the clause says",
                 "Contesting rights or suing is restricted",
                 duty,
                 {}},
    generic_form{"Third Party Beneficiary",
                 "is named as a beneficiary or grants such rights",
                 "Third parties may enforce terms",
                 R"(\bthird.?part)",
                 {}},
    generic_form{"Competitive Restriction Exception",
                 "keeps some freedom despite the restriction",
                 "There is an exception to a competitive restriction",
                 duty,
                 {}},
};

statement generic(const generic_form& form, const std::string& s, const parties_list& parties) {
  statement out;
  out.who = subject_of(s, std::string{form.modal}, parties);
  out.value = facts(s, form.kinds);
  const bool known = out.who.who != actor::scope::unknown;
  out.text = known ? capitalised(out.who.name) + " " + std::string{form.verb} : std::string{form.nobody};
  if (out.who.who == actor::scope::neither) out.text = std::string{form.nobody} + " for both parties";
  if (!out.value.empty()) out.text += ": " + out.value;
  return out;
}

/// To whom intellectual property passes.
statement ip_assignment(const std::string& s, const parties_list& parties) {
  static const RE2 to{
      R"(\b(?:vests? in|property of|owned (?:solely |exclusively )?by|belongs? to|assigns?(?: and agrees to assign)?(?: [a-z]+){0,8}? to|pass(?:es)? to|transfers [a-z ]{0,40}to) ((?:the )?[A-Z][\w&.]*(?: [A-Z][\w&.]*){0,3}|us|you)\b)"};
  static const RE2 owner{R"(\b((?:the )?[A-Z]\w+(?: [A-Z]\w+)?) shall own\b)"};
  static const RE2 ours{R"(\b(?:our|becomes our) property\b)"};
  std::string who;
  if (RE2::PartialMatch(s, to, &who) || RE2::PartialMatch(s, owner, &who))
    return {"Intellectual property passes to or belongs to " + who, who, {actor::scope::one, who}};
  if (says(s, ours)) return {"Intellectual property becomes the property of \"us\"", "us", {actor::scope::one, "us"}};
  auto out = subject_of(s, R"(\bassigns?\b)", parties);
  if (out.who == actor::scope::one) return {capitalised(out.name) + " assigns intellectual property", "", out};
  return {"Intellectual property is assigned or allotted", "", {}};
}

using reader = std::function<statement(const std::string&, const parties_list&)>;

const std::map<std::string_view, reader>& readers() {
  static const std::map<std::string_view, reader> table = {
      {"Termination For Convenience", termination},
      {"Governing Law", governing_law},
      {"Renewal Term", renewal},
      {"Notice Period To Terminate Renewal", renewal_notice},
      {"Expiration Date", expiration},
      {"Parties", parties_of},
      {"Cap On Liability", cap},
      {"Ip Ownership Assignment", ip_assignment},
      {"Uncapped Liability", uncapped},
      {"Agreement Date", [](const auto& s, const auto& p) { return date_of(s, p, "The date of the agreement"); }},
      {"Effective Date", [](const auto& s, const auto& p) { return date_of(s, p, "The effective date"); }},
      {"Document Name",
       [](const auto& s, const auto&) {
         return statement{"The document is called \"" + s + "\"", s, {}};
       }},
  };
  return table;
}

}  // namespace

statement state(std::string_view category, std::string_view clause, const std::vector<contract_party>& parties) {
  const auto s = squeeze(clause);
  if (const auto own = readers().find(category); own != readers().end()) return own->second(s, parties);
  if (const auto* form = std::ranges::find(forms, category, &generic_form::category); form != forms.end())
    return generic(*form, s, parties);
  return {"The contract speaks of " + std::string{title_of(category)}, "", {}};
}

}  // namespace agents::contracts
