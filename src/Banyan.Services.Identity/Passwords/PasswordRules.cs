using System.Collections.Frozen;

namespace Banyan.Services.Identity.Passwords;

/// <summary>Which passwords are taken: long ones that are not among those tried first (NIST SP 800-63B, section 3.1.1). No rules about kinds of characters. Pure.</summary>
internal static class PasswordRules
{
    public const int Shortest = 10;

    /// <summary>In characters; so that nobody makes us hash megabytes.</summary>
    public const int Longest = 256;

    private const int SameInARow = 8;

    /// <summary>Words whose repetitions and decorations guessers try first; compared with letters only, lower case.</summary>
    private static readonly FrozenSet<string> Words = FrozenSet.ToFrozenSet(
        """
        password passwort passphrase passcode motdepasse contrasena secret letmein welcome bienvenue karibu jambo admin administrator root user login
        iloveyou sunshine princess dragon monkey football baseball basketball superman batman shadow master michael jordan charlie jesus jesuschrist
        qwerty qwertyuiop qwertyuio asdfghjkl asdfgh zxcvbnm qazwsxedc qazwsx azerty azertyuiop changeme default trustno whatever freedom starwars
        computer internet samsung google facebook instagram whatsapp summer winter spring autumn january monday chelsea arsenal liverpool manchester
        banyan africa nairobi lagos kenya nigeria egypt blessed blessing godisgood emmanuel abcdefghij abcdefgh abc test testing
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Null where it can be taken, else why not.</summary>
    /// <param name="password">The password.</param>
    /// <param name="identifier">What its owner logs in with.</param>
    public static string? Check(string password, string? identifier = null)
    {
        if (password.Length < Shortest)
            return $"password has {password.Length} characters; at least {Shortest} are needed. A few words make a good one.";
        if (password.Length > Longest)
            return $"password has {password.Length} characters; at most {Longest} are taken.";
        if (password.Contains('\0', StringComparison.Ordinal))
            return "password holds the character U+0000.";
        if (IsCommon(password))
            return "password is among those that are tried first. A few words that have nothing to do with each other make a good one.";
        return identifier is { Length: >= 4 } && password.Contains(identifier.Split('@')[0], StringComparison.OrdinalIgnoreCase)
            ? "password contains what you log in with."
            : null;
    }

    private static bool IsCommon(string password)
    {
        if (password.Distinct().Count() < 5 || HasRun(password))
            return true;
        var letters = string.Concat(password.ToLowerInvariant().Select(static c => c switch { '0' => 'o', '1' => 'i', '3' => 'e', '4' => 'a', '5' => 's', '7' => 't', '@' => 'a', '$' => 's', '!' => 'i', _ => c }).Where(char.IsAsciiLetterLower));
        var plain = string.Concat(password.ToLowerInvariant().Where(char.IsAsciiLetterLower));
        return IsWord(letters) || IsWord(plain);
    }

    /// <summary>A word, or the same one again and again.</summary>
    private static bool IsWord(string letters)
    {
        for (var length = 3; length <= letters.Length; length++)
        {
            if (letters.Length % length == 0 && Words.Contains(letters[..length]) && Enumerable.Range(1, letters.Length / length - 1).All(i => string.CompareOrdinal(letters, i * length, letters, 0, length) == 0))
                return true;
        }

        return letters.StartsWith("password", StringComparison.Ordinal) && letters.Length < 12;
    }

    /// <summary>Characters that follow each other, such as 12345678 or hgfedcba.</summary>
    private static bool HasRun(string text)
    {
        var (up, down) = (1, 1);
        for (var i = 1; i < text.Length; i++)
        {
            up = text[i] - text[i - 1] == 1 ? up + 1 : 1;
            down = text[i] - text[i - 1] == -1 ? down + 1 : 1;
            if (up >= SameInARow || down >= SameInARow)
                return true;
        }

        return false;
    }
}
