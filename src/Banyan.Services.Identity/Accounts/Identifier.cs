namespace Banyan.Services.Identity.Accounts;

/// <summary>What a person logs in with, in its normal form. Immutable. Personal data: never logged, never in a topic.</summary>
/// <param name="Kind"><c>email</c> or <c>phone</c>.</param>
/// <param name="Value">An address in lower case, or a number as <c>+254700000000</c> (E.164).</param>
internal sealed record Identifier(string Kind, string Value)
{
    public const string Email = "email";
    public const string Phone = "phone";
    private const int LongestEmail = 254;

    /// <summary>Reads an e-mail address or a phone number; null where it is neither.</summary>
    public static Identifier? TryRead(string? text)
    {
        text = text?.Trim();
        if (text is null or "" || text.Length > LongestEmail)
            return null;
        return text.Contains('@', StringComparison.Ordinal) ? ReadEmail(text) : ReadPhone(text);
    }

    public override string ToString() => Kind; // the address stays out of every log line

    private static Identifier? ReadEmail(string text)
    {
        var at = text.LastIndexOf('@');
        var (local, domain) = (text[..at], text[(at + 1)..]);
        var domainHolds = domain.Length > 2 && domain.Contains('.', StringComparison.Ordinal) && domain.Split('.').All(static l => l is not ("" or ['-', ..] or [.., '-']) && l.All(static c => char.IsLetterOrDigit(c) || c == '-'));
        var localHolds = local.Length is > 0 and <= 64 && local.All(static c => !char.IsWhiteSpace(c) && !char.IsControl(c) && c is not ('@' or '<' or '>' or '(' or ')' or ',' or ';' or ':' or '"' or '\\'));
        return domainHolds && localHolds ? new Identifier(Email, text.ToLowerInvariant()) : null;
    }

    private static Identifier? ReadPhone(string text)
    {
        var number = string.Concat(text.Where(static c => c is not (' ' or '-' or '(' or ')' or '.')));
        return number is ['+', >= '1' and <= '9', ..] && number.Length is >= 9 and <= 16 && number.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? new Identifier(Phone, number) : null;
    }
}
