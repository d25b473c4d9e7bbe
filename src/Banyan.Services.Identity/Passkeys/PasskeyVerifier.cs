using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// The ceremonies of WebAuthn Level 3 (sections 7.1 and 7.2), by the framework's own handler: what is to be asked of an
/// authenticator, and whether its answer is right. Says nothing of whose passkey it is, of challenges that were used, and of
/// counters. Thread-safe. See docs/decisions/0720.
/// </summary>
internal sealed partial class PasskeyVerifier(RelyingParty party, ILogger<PasskeyVerifier> logger)
{
    /// <summary>ES256 and RS256 (IANA, COSE Algorithms): what authenticators have.</summary>
    private static readonly int[] Algorithms = [-7, -257];

    /// <summary>Of a COSE key; RSA with 4,096 bits takes about 530.</summary>
    private const int LongestKey = 600;
    private static readonly IOptions<IdentityOptions> Plain = Options.Create(new IdentityOptions());
    private static readonly IdentityErrorDescriber Errors = new();

    /// <summary>Whether the person must prove itself to its authenticator: always. The standard's vectors are of one where it did not.</summary>
    internal string Verification { get; init; } = "required";

    private IOptions<IdentityPasskeyOptions> Ceremony => field ??= Options.Create(new IdentityPasskeyOptions
    {
        AuthenticatorTimeout = Ceremonies.Lifetime,
        ServerDomain = party.Domain,
        UserVerificationRequirement = Verification,
        ResidentKeyRequirement = "required",
        AttestationConveyancePreference = "none",
        IsAllowedAlgorithm = static a => Algorithms.Contains(a),
        ValidateOrigin = c => new(party.Takes(c.Origin, c.CrossOrigin, c.TopOrigin)),
    });

    /// <summary>What to ask of an authenticator that is to make a passkey, and what to keep until it answers.</summary>
    public Task<Asked> AskToMakeAsync(HttpContext context, PasskeyOwner owner, string name, string displayName) => WithAsync(owner, async handler =>
    {
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = owner.Handle, Name = name, DisplayName = displayName }, context);
        return new Asked(made.CreationOptionsJson, made.AttestationState!);
    });

    /// <summary>What to ask of an authenticator for a login: of whoever it is, or of this person.</summary>
    public Task<Asked> AskToUseAsync(HttpContext context, PasskeyOwner? owner) => WithAsync(owner, async handler =>
    {
        var made = await handler.MakeRequestOptionsAsync(owner, context);
        return new Asked(made.RequestOptionsJson, made.AssertionState!);
    });

    /// <summary>The passkey that an authenticator made for this person; null where its answer is not right.</summary>
    public Task<UserPasskeyInfo?> MadeAsync(HttpContext context, PasskeyOwner owner, string state, string credential) => WithAsync(owner, async handler =>
    {
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = credential, AttestationState = state });
        if (result.Succeeded && result.UserEntity.Id == owner.Handle && result.Passkey.PublicKey.Length <= LongestKey)
            return result.Passkey;
        LogRefused("made", result.Failure?.Message ?? "its key is too long");
        return null;
    });

    /// <summary>The passkey as it is after a login; null where the authenticator's answer is not right.</summary>
    public Task<UserPasskeyInfo?> UsedAsync(HttpContext context, PasskeyOwner owner, string state, string credential) => WithAsync(owner, async handler =>
    {
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = credential, AssertionState = state });
        if (result.Succeeded)
            return result.Passkey;
        LogRefused("used", result.Failure.Message);
        return null;
    });

    private async Task<T> WithAsync<T>(PasskeyOwner? owner, Func<PasskeyHandler<PasskeyOwner>, Task<T>> work)
    {
        using var store = new PasskeyOwner.Store(owner);
        using var manager = new UserManager<PasskeyOwner>(store, Plain, null!, [], [], null!, Errors, null!, NullLogger<UserManager<PasskeyOwner>>.Instance);
        return await work(new PasskeyHandler<PasskeyOwner>(manager, Ceremony));
    }

    [LoggerMessage(LogLevel.Debug, "A passkey was not {What}: {Why}")]
    private partial void LogRefused(string what, string why);

    /// <summary>Options for the browser's <c>navigator.credentials</c>, as JSON; and the state that its answer is judged by.</summary>
    public sealed record Asked(string Options, string State);
}
