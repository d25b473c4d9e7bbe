namespace Banyan.Cli.Output;

/// <summary>
/// Where a verb writes: answers go to <see cref="Out"/>, progress and complaints to <see cref="Error"/>. Colours appear
/// only where a person looks at a terminal and did not set NO_COLOR (no-color.org).
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool colourOut, bool colourError)
{
    /// <summary>The process's own.</summary>
    public static Terminal System()
    {
        var wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Terminal(global::System.Console.Out, global::System.Console.Error, wanted && !global::System.Console.IsOutputRedirected, wanted && !global::System.Console.IsErrorRedirected);
    }

    /// <summary>Answers; JSON alone where JSON was asked for.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Progress, warnings and errors.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Answers may be coloured.</summary>
    public bool ColourOut { get; } = colourOut;

    /// <summary>Progress may be coloured, and redrawn in place.</summary>
    public bool ColourError { get; } = colourError;

    /// <summary>Text for <see cref="Out"/> in a colour, where colours are shown.</summary>
    public string Paint(string text, Ink ink) => Paint(text, ink, ColourOut);

    /// <summary>Text for <see cref="Error"/> in a colour, where colours are shown.</summary>
    public string PaintError(string text, Ink ink) => Paint(text, ink, ColourError);

    /// <summary>One line that says what went wrong and what to do.</summary>
    public void Complain(string message) => Error.WriteLine($"{PaintError("banyan:", Ink.Red)} {message}");

    private static string Paint(string text, Ink ink, bool coloured) => coloured ? $"\e[{(int)ink}m{text}\e[0m" : text;
}

/// <summary>Colours by their ANSI code.</summary>
internal enum Ink
{
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Cyan = 36,
}
