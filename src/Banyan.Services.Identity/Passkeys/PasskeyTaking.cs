using System.Formats.Cbor;
using System.Security.Cryptography;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// Takes an authenticator's answer at a login, once, in the transaction of that login. A passkey that nobody has is judged
/// like one whose signature is wrong, after the same work. Thread-safe.
/// </summary>
internal sealed class PasskeyTaking(PasskeyStore store, PasskeyVerifier verifier, TimeProvider time)
{
    private readonly Lazy<byte[]> _nobodysKey = new(MakeNobodysKey);

    /// <summary>What came of it: whose passkey it is (also where it was refused, and that is known), and how the person proved who it is (RFC 8176); null: refused.</summary>
    public readonly record struct Taken(string? Subject, string[]? Methods);

    /// <summary>Commit the change in any case: the answer is used up.</summary>
    public async Task<Taken> TakeAsync(HttpContext context, ChangeSession change, Ceremony ceremony, string credential, CancellationToken cancellationToken)
    {
        if (!await Ceremonies.TakeAsync(change.Transaction, ceremony, cancellationToken) || PasskeyAnswer.Read(credential) is not { } answer)
            return default;
        var found = await store.LockAsync(change.Transaction, answer.Credential, cancellationToken);
        var passkey = found is not null && (ceremony.Subject is null ? found.Handle == answer.Handle : found.Subject == ceremony.Subject) ? found : null;
        var owner = passkey is not null
            ? new PasskeyOwner(passkey.Handle, [passkey.ToInfo()])
            : new PasskeyOwner(ceremony.Subject is null ? answer.Handle ?? "" : store.HandleOf(ceremony.Subject), [Nobodys(answer)]);
        var used = await verifier.UsedAsync(context, owner, ceremony.State, credential);
        if (passkey is null || used is null)
            return new Taken(passkey?.Subject, null);

        // WebAuthn, section 7.2, step 22: a counter that does not grow is a sign that there is a copy. Passkeys that are synced do not count.
        if ((used.SignCount != 0 || passkey.Counter != 0) && used.SignCount <= passkey.Counter)
        {
            await PasskeyStore.SuspectAsync(change.Transaction, passkey.Id, time.GetUtcNow(), cancellationToken);
            change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.counter-back", passkey.Subject, ("passkey", passkey.Id)));
            return new Taken(passkey.Subject, null);
        }

        await PasskeyStore.UseAsync(change.Transaction, passkey.Id, used, time.GetUtcNow(), cancellationToken);
        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "passkey.used", passkey.Subject, ("passkey", passkey.Id)));
        // Where its key is kept is known of synced ones alone: without attestation, hardware is only claimed.
        return new Taken(passkey.Subject, [passkey.IsBackupEligible ? "swk" : "pop", "user"]);
    }

    private UserPasskeyInfo Nobodys(PasskeyAnswer answer) => new(answer.Credential, _nobodysKey.Value, DateTimeOffset.UnixEpoch, 0, [], isUserVerified: true, answer.IsBackupEligible, answer.IsBackupEligible, [], []);

    /// <summary>A COSE key (RFC 9053, section 7.1.1) whose private part nobody has.</summary>
    private static byte[] MakeNobodysKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        (int Label, int Value)[] numbers = [(1, 2), (3, -7), (-1, 1)]; // EC2, ES256, P-256
        foreach (var (label, value) in numbers)
        {
            writer.WriteInt32(label);
            writer.WriteInt32(value);
        }

        (int Label, byte[] Value)[] coordinates = [(-2, point.X!), (-3, point.Y!)];
        foreach (var (label, value) in coordinates)
        {
            writer.WriteInt32(label);
            writer.WriteByteString(value);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }
}
