// A keeper in a process of its own, for tests that kill it: Banyan.KeeperProcess DATA REGION
using System.Runtime.InteropServices;
using Banyan.Control.Keepers;
using Banyan.Control.Platform;

var state = PlatformStateFile.Read(new DataFolder(args[0]))!;
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
return await KeeperHost.RunAsync(new KeeperOptions { DataDirectory = args[0], Region = args[1], PlatformState = state }, stop.Token);
