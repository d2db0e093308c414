export const USAGE = `fn: the functions of a running stack

  fn list                          the functions of the catalog
  fn describe <function>           a function's image and limits
  fn invoke <function> [event]     run a function; the event is JSON, - reads standard input, the default is {}
  fn logs <function>               the last lines of its output
  fn dead-letters                  asynchronous events that failed three times
  fn dead-letters show <request id>
  fn dead-letters resend <request id> | --all | --function <name>
  fn dead-letters delete <request id> | --all | --function <name>

  -f, --file <path>    invoke: read the event from this file
  -a, --async          invoke: don't wait; print the request ID once the event is committed
      --delay <s>      invoke --async: run it this many seconds later, 900 at most
  -F, --follow         logs: also print new lines
      --tail <n>       logs: print at most this many earlier lines (200 are kept)
      --json           print JSON
      --url <url>      the control API; default: CONTROL_URL, or CONTROL_PORT on this machine (9000)
  -h, --help           print this text

Results go to standard output, everything about them to standard error. Exit status: 0 done, 1 the function
reported an error, 2 wrong command line, 3 the control API refused, 4 it can't be reached or is busy.
`;
