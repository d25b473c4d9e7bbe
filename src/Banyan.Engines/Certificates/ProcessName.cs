using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Banyan.Engines.Certificates;

/// <summary>
/// Who a process of a platform is: <c>banyan://kai/east-africa/cell</c>, or <c>banyan://kai/front-door</c> for what belongs to
/// no region. It is the one URI among the subject alternative names (RFC 5280 section 4.2.1.6) of the process' certificate. Immutable.
/// </summary>
/// <param name="Platform">The platform's name.</param>
/// <param name="Region">The region; null exactly where the role belongs to none.</param>
/// <param name="Role">What it is.</param>
public sealed record ProcessName(string Platform, string? Region, ProcessRole Role)
{
    private const string Scheme = "banyan://";
    private const string AlternativeNames = "2.5.29.17";
    private const int LongestWord = 63;

    /// <summary>Reserved for private use: no name in it is ever somebody else's.</summary>
    private const string Domain = "internal";

    /// <summary>Uniform resource identifier: <c>[6] IMPLICIT IA5String</c> of a GeneralName.</summary>
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    private static readonly string[] Words = ["cell", "keeper", "front-door", "consensus", "supervisor", "operator", "database"];

    /// <summary>Whether processes of a role belong to a region.</summary>
    public static bool IsOfRegion(ProcessRole role) => role is ProcessRole.Cell or ProcessRole.Keeper or ProcessRole.Database;

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else: no other letters, no empty part, no region where there is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProcessName? name)
    {
        name = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var parts = text[Scheme.Length..].Split('/');
        if (parts.Length is not (2 or 3) || !Array.TrueForAll(parts, IsWord))
            return false;
        var role = Array.IndexOf(Words, parts[^1]);
        if (role < 0 || IsOfRegion((ProcessRole)role) != (parts.Length == 3))
            return false;
        name = new ProcessName(parts[0], parts.Length == 3 ? parts[1] : null, (ProcessRole)role);
        return true;
    }

    /// <summary>Whom a certificate names; null where it names no process, or more than one. Says nothing of whether the certificate is to be believed.</summary>
    public static ProcessName? Of(X509Certificate certificate)
    {
        var extension = (certificate as X509Certificate2 ?? new X509Certificate2(certificate)).Extensions[AlternativeNames];
        if (extension is null)
            return null;
        try
        {
            ProcessName? found = null;
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    names.ReadEncodedValue();
                    continue;
                }

                if (found is not null || !TryParse(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag), out found))
                    return null;
            }

            return found;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Region is null ? $"{Scheme}{Platform}/{Words[(int)Role]}" : $"{Scheme}{Platform}/{Region}/{Words[(int)Role]}";

    /// <summary>
    /// The same as a host's name, <c>database.east-africa.kai.internal</c>, for programs that know servers by those alone. Nobody resolves
    /// it: it is looked for in the certificate, whatever the address (RFC 6125).
    /// </summary>
    public string HostName => Region is null ? $"{Words[(int)Role]}.{Platform}.{Domain}" : $"{Words[(int)Role]}.{Region}.{Platform}.{Domain}";

    /// <summary>Whether it can be said in a certificate, and is read as the same again.</summary>
    internal bool IsValid => TryParse(ToString(), out var same) && same == this;

    private static bool IsWord(string part) =>
        part.Length is > 0 and <= LongestWord && part[0] != '-' && part.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-") < 0;
}
