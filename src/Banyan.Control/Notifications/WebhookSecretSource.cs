using Banyan.Cells.Webhooks;

namespace Banyan.Control.Notifications;

/// <summary>Reads the key of a webhook from where the blueprint says it is; each time anew, so that it can be changed.</summary>
public static class WebhookSecretSource
{
    /// <summary>Reads it.</summary>
    /// <param name="from"><c>env:NAME</c> or <c>file:/PATH</c>.</param>
    /// <param name="secret">The key.</param>
    /// <returns>Null where it could be read; else why not, in one line that never repeats what was there.</returns>
    public static string? Read(string from, out byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(from);
        secret = [];
        string? text;
        try
        {
            text = from.StartsWith("file:", StringComparison.Ordinal) ? File.ReadAllText(from["file:".Length..]).Trim() : Environment.GetEnvironmentVariable(from.StartsWith("env:", StringComparison.Ordinal) ? from["env:".Length..] : from);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{from} can't be read ({e.Message.TrimEnd('.')})";
        }

        if (string.IsNullOrEmpty(text))
            return $"{from} is not set: put a key into it, such as one of `echo whsec_$(openssl rand -base64 32)`";
        return WebhookSecret.TryParse(text, out secret) ? null : $"what {from} holds is no key: it must be whsec_ and 24 to 64 bytes in base64, such as one of `echo whsec_$(openssl rand -base64 32)`";
    }
}
