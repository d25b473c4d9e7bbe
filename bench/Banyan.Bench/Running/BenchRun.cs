using System.Globalization;

namespace Banyan.Bench.Running;

/// <summary>What a bench is told, and where it reports.</summary>
internal sealed class BenchRun(bool quick, string[] arguments, List<Figure> figures)
{
    /// <summary>Short: to see that it works. The figures of such a run say nothing.</summary>
    public bool Quick => quick;

    /// <summary>The one number or, in a quick run, the other.</summary>
    public int Pick(int full, int quickly) => quick ? quickly : full;

    /// <summary>An option such as <c>--seconds 8</c> from the command line.</summary>
    public int Option(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string name) => Array.IndexOf(arguments, name) is >= 0 and var i && i + 1 < arguments.Length ? arguments[i + 1] : null;

    /// <summary>Prints a figure and keeps it for the table.</summary>
    public void Report(Figure figure)
    {
        Console.WriteLine(figure);
        figures.Add(figure);
    }

    /// <summary>Says how far it is, on standard error.</summary>
    public static void Say(FormattableString text) => Console.Error.WriteLine("  " + text.ToString(CultureInfo.InvariantCulture));
}
