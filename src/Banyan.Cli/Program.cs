using Banyan.Cli;
using Banyan.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.System(), TimeProvider.System);
