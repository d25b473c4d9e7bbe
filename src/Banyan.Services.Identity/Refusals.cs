using System.Globalization;
using Banyan.Cells.Http;
using Banyan.Engines.Consensus;
using Banyan.Services.Identity.Passwords;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity;

/// <summary>Refusals of this service; docs/identity.md lists their codes.</summary>
internal static class Refusals
{
    /// <summary>The same whatever was wrong: nobody learns whether an address is known.</summary>
    public static IResult Login => Problem.Create(401, "login-refused", "Not logged in", "The address, the password or the code is not right.");

    /// <summary>The same as <see cref="Login"/> while part of the platform does not answer: for addresses that are known and for others.</summary>
    public static IResult LoginUnsure(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Create(503, "login-unsure", "Not logged in", "The address, the password or the code is not right, or your account is in a region that does not answer at the moment. Try again.");
    }

    public static IResult SignInNeeded => Problem.Create(401, "unauthenticated", "Who asks is not known", "Send an access token: Authorization: Bearer …");

    public static IResult Code => Problem.Create(422, "code-refused", "Not confirmed", "The code is not right, was used, or is too old. Ask for a new one.");

    /// <summary>The same whatever was wrong with the answer of an authenticator, and whether the passkey is known.</summary>
    public static IResult PasskeyLogin => Problem.Create(401, "login-refused", "Not logged in", "The passkey was not taken: it is not known here, or was removed, or the request for it is more than five minutes old. Ask anew, or log in with your password.");

    public static IResult PasskeyNotMade => Problem.Create(422, "passkey-refused", "Not made", "The authenticator's answer was not taken: it has this passkey already, or did not check who you are, or the request for it is more than five minutes old. Ask anew.");

    /// <summary>The platform is reached by an address, for which browsers make none.</summary>
    public static IResult NoPasskeys => Problem.Create(409, "passkeys-off", "There are no passkeys here", "Passkeys are made for a domain, and this platform has none: see identity:passkeys.domain.");

    public static IResult Unknown => Problem.Create(404, "not-found", "There is nothing here", "Nothing of yours has this id.");

    /// <summary>To give what one does not have.</summary>
    public static IResult NotYoursToGive => Problem.Create(403, "roles-not-yours", "Not yours to give", "Only an administrator gives roles that they don't have themselves.");

    public static IResult Invalid(IReadOnlyList<string> problems) =>
        Problem.Create(422, "identity-invalid", "Not valid", string.Join(" ", problems), new Dictionary<string, object?> { ["errors"] = problems });

    public static IResult Conflict(string detail) => Problem.Create(409, "identity-conflict", "Not as things are", detail);

    public static IResult Full(string detail) => Problem.Create(429, "identity-full", "As many as there may be", detail);

    /// <summary>Too many failed logins; the same for an address that nobody has.</summary>
    public static IResult Locked(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Problem.Create(429, "login-locked", "Too many failed logins", "Wait, then try again.");
    }

    /// <summary>Runs an endpoint; what is away for a moment becomes a 503 that says so.</summary>
    public static Func<HttpContext, Task> Guard(Func<HttpContext, Task<IResult>> endpoint) => async context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        IResult result;
        try
        {
            result = await endpoint(context);
        }
        catch (HashingBusyException)
        {
            context.Response.Headers.RetryAfter = "1";
            result = Problem.Create(503, "identity-busy", "Too many log in at once", "Nothing was changed; try again in a moment.");
        }
        catch (ConsensusUnavailableException)
        {
            context.Response.Headers.RetryAfter = "1";
            result = Problem.Create(503, "identity-directory-away", "The platform's directory does not answer", "What other cells must know could not be told to them. Try again in a moment.");
        }

        await result.ExecuteAsync(context);
    };
}
