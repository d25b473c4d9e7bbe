using Banyan.Cells.Access;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Console.SignIn;

/// <summary>What the console goes by where a platform asks its callers. Immutable.</summary>
/// <param name="Judge">Credentials and policy.</param>
/// <param name="Key">What sessions are sealed with, and the console's secret at the identity service.</param>
/// <param name="Operator">The key that one-time links are made of; null: there are none.</param>
/// <param name="Data">Where it is noted that a link was used.</param>
public sealed record ConsoleAccess(CredentialJudge Judge, ConsoleSecret Key, ApiCredential? Operator, DataFolder Data)
{
    /// <summary>What a caller must be allowed to see the console.</summary>
    public const string Action = "console.pages.read";

    /// <summary>The console, as the policy names what is asked.</summary>
    public const string Service = "console";
}
