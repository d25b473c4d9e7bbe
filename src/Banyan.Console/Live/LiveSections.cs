using Banyan.Console.Pages.Sections;

namespace Banyan.Console.Live;

/// <summary>The parts of each page that change while someone looks: the id of its element, and what renders it.</summary>
public static class LiveSections
{
    public static IReadOnlyList<(string Id, Type Component)> Overview { get; } =
    [
        ("s-state", typeof(StateSection)),
        ("s-notice", typeof(NoticeSection)),
        ("s-drill", typeof(DrillSection)),
        ("s-figures", typeof(FiguresSection)),
        ("s-map", typeof(MapSection)),
        ("s-alerts", typeof(AlertsSection)),
        ("s-regions", typeof(RegionsSection)),
        ("s-running", typeof(RunningSection)),
        ("s-databases", typeof(DatabasesSection)),
        ("s-objectives", typeof(ObjectivesSection)),
        ("s-drills", typeof(DrillsSection)),
    ];

    public static IReadOnlyList<(string Id, Type Component)> Region { get; } =
    [
        ("s-state", typeof(StateSection)),
        ("s-notice", typeof(NoticeSection)),
        ("s-region", typeof(RegionSection)),
        ("s-charts", typeof(ChartsSection)),
        ("s-alerts", typeof(AlertsSection)),
        ("s-running", typeof(RunningSection)),
        ("s-databases", typeof(DatabasesSection)),
    ];
}
