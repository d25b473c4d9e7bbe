namespace Banyan.Control.Processes;

/// <summary>
/// Ends a child when its supervisor does: the supervisor holds the other end of the child's stdin and never writes, so
/// end of file there means that it asks the child to stop, or is gone, even by SIGKILL.
/// </summary>
public sealed class ChildLifetime : IDisposable
{
    /// <summary>Environment variable that carries <see cref="Platform.PlatformState.InstanceId"/>; set for every child of a supervisor, and the sign by which a process is known to belong to a platform.</summary>
    public const string InstanceVariable = "BANYAN_INSTANCE";

    private readonly CancellationTokenSource _source;

    /// <summary>Starts to watch stdin, where this process has a supervisor.</summary>
    /// <param name="signals">SIGTERM and SIGINT, which mean the same.</param>
    public ChildLifetime(CancellationToken signals)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(signals);
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(InstanceVariable)))
            return;

        // A thread of its own, because reading a pipe blocks; it ends with the process.
        new Thread(Watch) { IsBackground = true, Name = "supervisor watch" }.Start();
    }

    /// <summary>Drain and stop.</summary>
    public CancellationToken Stopping => _source.Token;

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[16];
        while (input.Read(buffer) > 0)
        {
            // Nothing is said on this pipe; only its end counts.
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return; // The process is ending already.
        }
    }
}
