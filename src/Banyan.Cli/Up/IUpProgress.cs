using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>Shows how a platform starts, runs and stops. Called from one thread at a time.</summary>
internal interface IUpProgress : IAsyncDisposable
{
    /// <summary>A line worth reading.</summary>
    void Say(string line);

    /// <summary>The children of this platform are about to be started.</summary>
    void Begin(PlatformState platform);

    /// <summary>Something happened to one.</summary>
    void Show(RunEvent happened);

    /// <summary>All of it serves, or it failed: from now on single lines are enough.</summary>
    ValueTask EndStartAsync();
}
