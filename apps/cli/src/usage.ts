export const USAGE = `fn: the functions of a running stack

  fn list                          what the catalog has
  fn describe <function>           its image and its limits
  fn invoke <function> [event]     run it; the event is JSON, - is standard input, without one it is {}
  fn logs <function>               the last lines it has written
  fn dead-letters                  asynchronous events that failed three times
  fn dead-letters show <request id>
  fn dead-letters resend <request id> | --all | --function <name>
  fn dead-letters delete <request id> | --all | --function <name>

  -f, --file <path>    invoke: the event is in this file
  -a, --async          invoke: don't wait, and print the request id once the event is committed
  -F, --follow         logs: go on with what comes
      --tail <n>       logs: at most so many lines from before (200 are kept)
      --json           answer in JSON
      --url <url>      where control is; else CONTROL_URL, else CONTROL_PORT on this machine (9000)
  -h, --help           this text

The result goes to standard output, what is about it to standard error. Exit status: 0 done, 1 the function
reported an error, 2 the command line is wrong, 3 control refused, 4 control can't be reached or is busy.
`;
