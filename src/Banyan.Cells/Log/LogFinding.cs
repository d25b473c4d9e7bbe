using Banyan.Journal.Log.Integrating;

namespace Banyan.Cells.Log;

/// <summary>What is wrong with the log, beside the cell's health: the partition is served all the same.</summary>
internal sealed class LogFinding(LogStatus status) : IServiceFinding
{
    public string Service => "log";

    public ValueTask<string?> FindAsync(CancellationToken cancellationToken)
    {
        var view = status.View;
        if (view.Halted is { } halted)
            return ValueTask.FromResult<string?>($"HALTED: {halted}");
        string[] said = [.. new[] { view.Refused, view.Alone, view.Problem, view.StoreProblem is { } store ? $"{store} {Behind(view)}" : null }.OfType<string>()];
        return ValueTask.FromResult(said.Length == 0 ? null : string.Join(" ", said));
    }

    private static string Behind(LogView view) =>
        $"The object store has {view.Stored ?? 0} of {view.Published?.Checkpoint.Size ?? 0} published entries.";
}
