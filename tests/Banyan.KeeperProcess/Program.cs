// A keeper in a process of its own, for tests that kill it: Banyan.KeeperProcess DATA REGION
// or the care for one database of it, by a record that does not change: Banyan.KeeperProcess DATA REGION PARTITION RECORD
using System.Runtime.InteropServices;
using Banyan.Cells.Partitions;
using Banyan.Control.Certificates;
using Banyan.Control.Keepers;
using Banyan.Control.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

var state = PlatformStateFile.Read(new DataFolder(args[0]))!;
state = state.Join(new DataFolder(args[0]), $"keeper-{args[1]}", TimeProvider.System);
using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});

// Tests that die must not leave it behind: it ends, cleanly, with the pipe that they hold.
_ = Task.Run(async () =>
{
    await Console.In.ReadToEndAsync();
    await stop.CancelAsync();
});
var options = new KeeperOptions { DataDirectory = args[0], Region = args[1], PlatformState = state };
if (args.Length == 2)
    return await KeeperHost.RunAsync(options, stop.Token);

using var log = LoggerFactory.Create(b => b.AddSimpleConsole(c => c.SingleLine = true).Services.Configure<ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace));
var wanted = KeptDatabase.Of(state, args[1], p => p == args[2] ? PartitionRecord.Parse(args[3]) : null).Single(d => d.Partition == args[2]);
await using var kept = new PrivateDatabase(wanted, (await KeeperTools.FindAsync(options, stop.Token)).Value!, log.CreateLogger("keeper"));
await kept.RunAsync(stop.Token);
return 0;
