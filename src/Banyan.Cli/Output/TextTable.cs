namespace Banyan.Cli.Output;

/// <summary>Rows in columns, each as wide as its widest cell. Colours take no room.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<Cell[]> _rows = [];

    /// <summary>Adds a row; missing cells are empty.</summary>
    public void Add(params Cell[] cells) => _rows.Add(cells);

    /// <summary>Writes it, two blanks between columns, none at the ends of lines.</summary>
    public void Write(Terminal terminal)
    {
        var widths = headings.Select((h, i) => _rows.Select(r => i < r.Length ? r[i].Text.Length : 0).Append(h.Length).Max()).ToArray();
        WriteRow([.. headings.Select(static h => new Cell(h, Ink.Dim))], widths, terminal);
        foreach (var row in _rows)
            WriteRow(row, widths, terminal);
    }

    private static void WriteRow(Cell[] row, int[] widths, Terminal terminal)
    {
        var last = Array.FindLastIndex(row, static c => c.Text.Length > 0);
        for (var i = 0; i <= last; i++)
        {
            var text = row[i].Ink is { } ink ? terminal.Paint(row[i].Text, ink) : row[i].Text;
            terminal.Out.Write(i == last ? text : text + new string(' ', widths[i] - row[i].Text.Length + 2));
        }

        terminal.Out.WriteLine();
    }

    /// <summary>One cell.</summary>
    /// <param name="Text">Without control characters.</param>
    /// <param name="Ink">Its colour, if any.</param>
    internal readonly record struct Cell(string Text, Ink? Ink = null)
    {
        public static implicit operator Cell(string text) => new(text);
    }
}
