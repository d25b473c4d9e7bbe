namespace Banyan.Bench.Running;

/// <summary>One bench.</summary>
/// <param name="Name">What <c>bench/run</c> calls it.</param>
/// <param name="About">One line.</param>
/// <param name="RunAsync">Measures, and reports figures to the run.</param>
internal sealed record Bench(string Name, string About, Func<BenchRun, Task> RunAsync);
