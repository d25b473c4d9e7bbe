using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Personal.Access;

/// <summary>What staff and machines look at personal data for: they say it with each request. Pure.</summary>
public static class AccessPurpose
{
    /// <summary>Request header: a name such as <c>support-case</c>, 1 to 64 lower-case letters, digits, dots and hyphens, so that no personal data gets into the record by it.</summary>
    public const string Header = "Banyan-Purpose";

    private const int MaxLength = 64;

    /// <summary>Reads it.</summary>
    /// <exception cref="BadHttpRequestException">It is missing or no name.</exception>
    public static string Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers[Header] is [{ Length: > 0 and <= MaxLength } purpose] && purpose.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-')
            ? purpose
            : throw new BadHttpRequestException($"{Header} must say what a person's data is looked at for: a name of 1 to {MaxLength} lower-case letters, digits, dots and hyphens.");
    }
}
