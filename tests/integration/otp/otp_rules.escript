#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Runs the scenarios of rules.txt under Erlang/OTP's own supervisor and compares the events with what is expected.
%%   escript otp_rules.escript RULES      exit code 0: all as expected
-mode(compile).
-export([init/1, start_child/1, start_child/2, child/3]).

main([File]) ->
    logger:set_primary_config(level, none),
    {ok, Text} = file:read_file(File),
    Lines = [string:lexemes(L, " ") || L <- string:split(binary_to_list(Text), "\n", all)],
    Scenarios = scenarios(Lines, none, []),
    Bad = [S || S <- Scenarios, not check(S)],
    io:format("~b rules, ~b differ from OTP ~s~n", [length(Scenarios), length(Bad), erlang:system_info(otp_release)]),
    halt(case {Scenarios, Bad} of {[_ | _], []} -> 0; _ -> 1 end).

%% A scenario: #{rule, sup, children, starts, deaf, 'do', expect}.
scenarios([], none, Done) -> lists:reverse(Done);
scenarios([], S, Done) -> lists:reverse([S | Done]);
scenarios([["rule" | Words] | Rest], S, Done) ->
    New = #{rule => lists:join(" ", Words), children => [], starts => #{}, deaf => [], do => [], expect => []},
    scenarios(Rest, New, case S of none -> Done; _ -> [S | Done] end);
scenarios([["sup", Strategy, Intensity, Period, Auto] | Rest], S, Done) ->
    Flags = #{strategy => list_to_atom(Strategy), intensity => list_to_integer(Intensity),
              period => list_to_integer(Period), auto_shutdown => list_to_atom(Auto)},
    scenarios(Rest, S#{sup => Flags}, Done);
scenarios([["child" | Words] | Rest], S, Done) -> scenarios(Rest, append(children, spec(Words), S), Done);
scenarios([["fail", Id, N] | Rest], S, Done) -> scenarios(Rest, result(Id, N, fail, S), Done);
scenarios([["ignore", Id, N] | Rest], S, Done) -> scenarios(Rest, result(Id, N, ignore, S), Done);
scenarios([["deaf", Id] | Rest], S, Done) -> scenarios(Rest, append(deaf, Id, S), Done);
scenarios([["do" | Words] | Rest], S, Done) -> scenarios(Rest, append(do, Words, S), Done);
scenarios([["expect" | Words] | Rest], S, Done) ->
    scenarios(Rest, append(expect, lists:flatten(lists:join(" ", Words)), S), Done);
scenarios([_ | Rest], S, Done) -> scenarios(Rest, S, Done).  % a comment or nothing

append(Key, What, S) -> S#{Key => maps:get(Key, S) ++ [What]}.
result(Id, N, What, S) -> S#{starts => (maps:get(starts, S))#{{Id, list_to_integer(N)} => What}}.

spec([Id, Restart, Shutdown, Type | More]) ->
    #{id => Id, start => {?MODULE, start_child, [Id]}, restart => list_to_atom(Restart), type => list_to_atom(Type),
      significant => More =:= ["significant"],
      shutdown => case Shutdown of
                      "brutal_kill" -> brutal_kill;
                      "infinity" -> infinity;
                      _ -> list_to_integer(Shutdown)
                  end}.

check(#{rule := Rule, expect := Expected} = S) ->
    Self = self(),
    {Runner, Monitor} = spawn_monitor(fun() -> Self ! {trace, self(), run(S)} end),
    Trace = receive {trace, Runner, T} -> T; {'DOWN', Monitor, _, _, Why} -> [io_lib:format("failed: ~p", [Why])] end,
    Same = Trace =:= Expected,
    Same orelse io:format("~s~n  expected: ~p~n  OTP:      ~p~n", [Rule, Expected, Trace]),
    Same.

run(#{sup := Flags, children := Children, do := Do} = S) ->
    process_flag(trap_exit, true),
    ets:new(trace, [named_table, public, ordered_set]),
    ets:new(world, [named_table, public]),
    ets:insert(world, [{starts, maps:get(starts, S)}, {deaf, maps:get(deaf, S)}]),
    Simple = maps:get(strategy, Flags) =:= simple_one_for_one,
    Template = [C#{start => {?MODULE, start_child, []}} || C <- Children],
    case supervisor:start_link(?MODULE, {Flags, if Simple -> Template; true -> Children end}) of
        {ok, Sup} -> lists:foreach(fun(W) -> act(W, Sup, Simple) end, Do), ended(Sup);
        {error, {shutdown, _}} -> log("end shutdown");
        {error, Why} -> log(io_lib:format("end ~p", [Why]))
    end,
    [T || {_, T} <- ets:tab2list(trace)].

ended(Sup) ->
    receive {'EXIT', Sup, Why} -> log(io_lib:format("end ~p", [Why]))
    after 0 -> unlink(Sup), exit(Sup, kill) end.

log(Text) -> ets:insert(trace, {erlang:unique_integer([monotonic]), lists:flatten(Text)}).

%% --- the supervisor and its children
init({Flags, Children}) -> {ok, {Flags, Children}}.
start_child(Id) -> start_child(Id, none).
start_child(Id, _) ->
    N = ets:update_counter(world, {count, Id}, 1, {{count, Id}, 0}),
    log("start " ++ Id),
    case maps:get({Id, N}, ets:lookup_element(world, starts, 2), up) of
        fail -> {error, on_purpose};
        ignore -> ignore;
        up ->
            Deaf = lists:member(Id, ets:lookup_element(world, deaf, 2)),
            {ok, proc_lib:start_link(?MODULE, child, [self(), Id, Deaf])}
    end.
child(Parent, Id, Deaf) ->
    process_flag(trap_exit, true),
    ets:insert(world, {{pid, Id}, self()}),
    proc_lib:init_ack(Parent, self()),
    live(Parent, Id, Deaf).
live(Parent, Id, Deaf) ->
    receive
        {'EXIT', Parent, shutdown} -> log("stop " ++ Id), if Deaf -> live(Parent, Id, Deaf); true -> exit(shutdown) end;
        {act, Why} -> exit(Why)
    end.

%% --- what is done to it
act(["stop"], Sup, _) ->
    Monitor = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Monitor, _, _, _} -> ok end;
act(["which"], Sup, _) ->
    All = lists:sort([Id ++ case P of Q when is_pid(Q) -> " up"; _ -> " down" end
                      || {Id, P, _, _} <- supervisor:which_children(Sup)]),
    log(case All of [] -> "none"; _ -> lists:join(", ", All) end);
act(["count"], Sup, _) ->
    N = supervisor:count_children(Sup),
    log(io_lib:format("~b specs, ~b active, ~b supervisors, ~b workers",
                      [proplists:get_value(K, N) || K <- [specs, active, supervisors, workers]]));
act(["start_child", Id | _], Sup, true) -> answer(supervisor:start_child(Sup, [Id]));
act(["start_child" | Words], Sup, false) -> answer(supervisor:start_child(Sup, spec(Words)));
act(["terminate", Id], Sup, true) -> answer(supervisor:terminate_child(Sup, ets:lookup_element(world, {pid, Id}, 2)));
act(["terminate", Id], Sup, false) -> answer(supervisor:terminate_child(Sup, Id));
act(["restart", Id], Sup, _) -> answer(supervisor:restart_child(Sup, Id));
act(["delete", Id], Sup, _) -> answer(supervisor:delete_child(Sup, Id));
act([How, Id], Sup, _) ->
    Pid = ets:lookup_element(world, {pid, Id}, 2),
    case How of
        "kill" -> exit(Pid, kill);
        "crash" -> Pid ! {act, on_purpose};
        _ -> Pid ! {act, list_to_atom(How)}
    end,
    settled(Sup, Pid).

%% Until the supervisor has dealt with the end of this child: nothing is left to restart, or it has ended itself.
settled(Sup, Pid) ->
    try supervisor:which_children(Sup) of
        All ->
            case [P || {_, P, _, _} <- All, P =:= Pid orelse P =:= restarting] of
                [] -> ok;
                _ -> settled(Sup, Pid)
            end
    catch exit:_ ->
        Monitor = monitor(process, Sup),
        receive {'DOWN', Monitor, _, _, _} -> ok end
    end.

answer({ok, undefined}) -> log("answer ignored");
answer({ok, _}) -> log("answer ok");
answer(ok) -> log("answer ok");
answer({error, {already_started, _}}) -> log("answer already_started");
answer({error, Why}) when is_atom(Why), Why =/= on_purpose -> log(["answer ", atom_to_list(Why)]);
answer({error, _}) -> log("answer start_failed").
