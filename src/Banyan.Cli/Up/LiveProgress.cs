using System.Globalization;
using Banyan.Control.Platform;
using Banyan.Control.Processes;
using Spectre.Console;

namespace Banyan.Cli.Up;

/// <summary>Progress for someone at a terminal: a table of the regions that is drawn again as they come up.</summary>
internal sealed class LiveProgress(TimeProvider time) : IUpProgress
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, StartTally> _regions = [];
    private readonly CancellationTokenSource _ended = new();
    private TimeSpan? _door;
    private long _began;
    private Task? _drawing;

    public void Say(string line)
    {
        lock (_gate)
            _console.WriteLine(line);
    }

    public void Begin(PlatformState platform)
    {
        foreach (var region in platform.Regions)
            _regions[region.Name] = new StartTally();
        _began = time.GetTimestamp();
        _drawing = DrawAsync();
    }

    public void Show(RunEvent happened)
    {
        if (_drawing is null or { IsCompleted: true })
        {
            if (happened.Step != RunStep.Started)
                Say(happened.ToString());
            return;
        }

        lock (_gate)
        {
            if (happened.Child?.Region is { } region && _regions.TryGetValue(region, out var tally))
                tally.Add(happened);
            else if (happened is { Child.Kind: ChildKind.FrontDoor, Step: RunStep.Ready })
                _door = happened.At;
        }
    }

    public async ValueTask EndStartAsync()
    {
        await _ended.CancelAsync();
        if (_drawing is not null)
            await _drawing;
    }

    public async ValueTask DisposeAsync()
    {
        await EndStartAsync();
        _ended.Dispose();
    }

    private Task DrawAsync() => _console.Live(Draw()).AutoClear(false).StartAsync(async live =>
    {
        while (!_ended.IsCancellationRequested)
        {
            live.UpdateTarget(Draw());
            live.Refresh();
            await Task.WhenAny(Task.Delay(Frame, time, _ended.Token)); // Its cancellation only means that it is time for the last picture.
        }

        live.UpdateTarget(Draw());
    });

    private Table Draw()
    {
        var now = _began == 0 ? TimeSpan.Zero : time.GetElapsedTime(_began);
        var table = new Table().Border(TableBorder.None).AddColumns("[dim]REGION[/]", "[dim]DATABASE[/]", "[dim]STANDBYS[/]", "[dim]CELL[/]", "[dim]TIME[/]");
        lock (_gate)
        {
            foreach (var (name, tally) in _regions)
            {
                table.AddRow(
                    Markup.Escape(name), Mark(tally.Primary, "running"), Mark(tally.Databases, "running"), Mark(tally.Cell, "serving"),
                    tally.Trouble is null ? Seconds(tally.Done ?? now) : $"{Seconds(now)} [yellow]{Markup.Escape(tally.Trouble)}[/]");
            }

            table.AddRow("front door", "", "", Mark(_door is not null, "serving"), Seconds(_door ?? now));
        }

        return table;
    }

    private static string Mark(bool done, string word) => done ? $"[green]{word}[/]" : "[yellow]...[/]";

    private static string Seconds(TimeSpan at) => at.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture);
}
