namespace Banyan.Console.Map;

/// <summary>On which side of its mark a label stands.</summary>
public enum LabelSide
{
    Right,
    Left,
    Below,
    Above,
}

/// <summary>
/// Chooses sides so that labels cover neither each other nor a mark, as far as that goes. Reckons with the size of a
/// phone: what fits there fits on a desk. Pure.
/// </summary>
internal static class LabelPlacer
{
    private const double PhoneWidth = 350;
    private const double PhoneHeight = PhoneWidth * MapFrame.Height / MapFrame.Width;
    private const double CharacterWidth = 6.6;
    private const double LabelHeight = 18;
    private const double MarkRadius = 11;
    private static readonly LabelSide[] Sides = [LabelSide.Right, LabelSide.Left, LabelSide.Below, LabelSide.Above];

    /// <param name="marks">Places as shares of the frame, 0 to 1, and the text beside each.</param>
    public static LabelSide[] Place(IReadOnlyList<(double X, double Y, string Text)> marks)
    {
        var taken = marks.Select(m => Box(m.X * PhoneWidth - MarkRadius, m.Y * PhoneHeight - MarkRadius, 2 * MarkRadius, 2 * MarkRadius)).ToList();
        var sides = new LabelSide[marks.Count];
        for (var i = 0; i < marks.Count; i++)
        {
            sides[i] = Sides.MinBy(side => Cost(LabelBox(marks[i], side), taken));
            taken.Add(LabelBox(marks[i], sides[i]));
        }

        return sides;
    }

    private static double Cost((double L, double T, double R, double B) box, List<(double L, double T, double R, double B)> taken)
    {
        var outside = Math.Max(0, -box.L) + Math.Max(0, box.R - PhoneWidth) + Math.Max(0, -box.T) + Math.Max(0, box.B - PhoneHeight);
        var covered = taken.Sum(t => Math.Max(0, Math.Min(box.R, t.R) - Math.Max(box.L, t.L)) * Math.Max(0, Math.Min(box.B, t.B) - Math.Max(box.T, t.T)));
        return (outside * LabelHeight) + covered;
    }

    private static (double L, double T, double R, double B) LabelBox((double X, double Y, string Text) mark, LabelSide side)
    {
        var width = mark.Text.Length * CharacterWidth;
        var (x, y) = (mark.X * PhoneWidth, mark.Y * PhoneHeight);
        return side switch
        {
            LabelSide.Right => Box(x + MarkRadius + 1, y - (LabelHeight / 2), width, LabelHeight),
            LabelSide.Left => Box(x - MarkRadius - 1 - width, y - (LabelHeight / 2), width, LabelHeight),
            LabelSide.Below => Box(x - (width / 2), y + MarkRadius + 1, width, LabelHeight),
            _ => Box(x - (width / 2), y - MarkRadius - 1 - LabelHeight, width, LabelHeight),
        };
    }

    private static (double L, double T, double R, double B) Box(double x, double y, double width, double height) => (x, y, x + width, y + height);
}
