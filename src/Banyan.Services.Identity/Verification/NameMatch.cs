using System.Text;

namespace Banyan.Services.Identity.Verification;

/// <summary>
/// Whether two names may be one person's: letters without their marks, in any order, a few of them different (Levenshtein).
/// It errs towards a hit; a person of the staff decides. Pure.
/// </summary>
internal static class NameMatch
{
    /// <summary>From here on two names are looked at by somebody.</summary>
    public const double Threshold = 0.82;

    /// <summary>Latin letters and what they are without marks: the platform runs without ICU's tables.</summary>
    private static readonly (string Marked, string Plain)[] Plain =
    [
        ("àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "a"), ("çćĉċč", "c"), ("ďđð", "d"), ("èéêëēĕėęěẹẻẽếềểễệ", "e"), ("ĝğġģ", "g"), ("ĥħ", "h"), ("ìíîïĩīĭįıỉị", "i"), ("ĵ", "j"), ("ķ", "k"), ("ĺļľŀł", "l"),
        ("ñńņňŋ", "n"), ("òóôõöøōŏőơọỏốồổỗộớờởỡợ", "o"), ("ŕŗř", "r"), ("śŝşšș", "s"), ("ţťŧț", "t"), ("ùúûüũūŭůűųưụủứừửữự", "u"), ("ŵ", "w"), ("ýÿŷỳỵỷỹ", "y"), ("źżž", "z"),
        ("æ", "ae"), ("œ", "oe"), ("ß", "ss"), ("þ", "th"),
    ];

    private static readonly Dictionary<char, string> Table = Plain.SelectMany(static p => p.Marked.Select(c => (c, p.Plain))).DistinctBy(static p => p.c).ToDictionary(static p => p.c, static p => p.Plain);

    /// <summary>Words in lower case without marks and punctuation, sorted.</summary>
    public static string[] Words(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name.ToLowerInvariant())
        {
            if (Table.TryGetValue(c, out var plain))
                text.Append(plain);
            else if (char.IsLetterOrDigit(c))
                text.Append(c);
            else if (c is not ('\'' or '’' or 'ʼ') && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark)
                text.Append(' ');
        }

        var words = text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(words, StringComparer.Ordinal);
        return words;
    }

    /// <summary>0 to 1: how alike two names are. Every word of the shorter one is paired with the word of the other that is most like it.</summary>
    public static double Likeness(string[] one, string[] other)
    {
        var (few, many) = one.Length <= other.Length ? (one, other) : (other, one);
        if (few.Length == 0)
            return 0;
        var whole = Ratio(string.Concat(one), string.Concat(other));
        if (few.Length == 1 && many.Length > 1)
            return whole; // one word alone names too many people
        var (sum, letters) = (0.0, 0);
        var taken = new bool[many.Length];
        foreach (var word in few)
        {
            var (best, at) = (0.0, -1);
            for (var i = 0; i < many.Length; i++)
            {
                if (!taken[i] && Ratio(word, many[i]) is var ratio && ratio > best)
                    (best, at) = (ratio, i);
            }

            if (at >= 0)
                taken[at] = true;
            sum += best * word.Length;
            letters += word.Length;
        }

        return Math.Max(whole, sum / letters);
    }

    /// <summary>1 less the share of letters that have to change.</summary>
    private static double Ratio(string one, string other)
    {
        var longest = Math.Max(one.Length, other.Length);
        return longest == 0 ? 1 : 1 - (double)Distance(one, other) / longest;
    }

    /// <summary>Levenshtein's distance: letters to put in, take out or change.</summary>
    internal static int Distance(string one, string other)
    {
        var row = new int[other.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
