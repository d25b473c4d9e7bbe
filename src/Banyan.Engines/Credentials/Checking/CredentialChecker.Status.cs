using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Status;

namespace Banyan.Engines.Credentials.Checking;

public sealed partial class CredentialChecker
{
    /// <summary>The <c>type</c> of a credential that holds a status list.</summary>
    public const string StatusListType = "BitstringStatusListCredential";

    /// <summary>The <c>type</c> of an entry in a credential.</summary>
    public const string StatusEntryType = "BitstringStatusListEntry";

    /// <summary>The longest status list credential, in characters.</summary>
    public const int LongestStatusList = 512 * 1024;

    private sealed partial class CheckRun
    {
        private const string Revocation = "revocation";
        private const string Suspension = "suspension";

        /// <summary>Looks up every entry of a credential's status (Bitstring Status List v1.0, section 3.2). A status of another kind is a problem: what it says is not known.</summary>
        /// <returns>Whether it has one that was looked up.</returns>
        private async Task<bool> StatusAsync(JsonElement payload, string issuer, string what, CancellationToken cancellationToken)
        {
            if (StrictJson.Objects(payload, "credentialStatus") is not { Count: <= 4 } entries)
                return Add<bool>(CredentialFault.StatusWrong, $"{what} has a credentialStatus that is no entry, and no list of at most 4");
            var looked = false;
            foreach (var entry in entries)
                looked |= await EntryAsync(entry, issuer, what, cancellationToken);
            return looked;
        }

        private async Task<bool> EntryAsync(JsonElement entry, string issuer, string what, CancellationToken cancellationToken)
        {
            var (type, purpose, list) = (StrictJson.Text(entry, "type"), StrictJson.Text(entry, "statusPurpose"), StrictJson.Text(entry, "statusListCredential"));
            if (type != StatusEntryType || purpose is not (Revocation or Suspension) || (entry.TryGetProperty("statusSize", out var size) && !(size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out var bits) && bits == 1)))
                return Add<bool>(CredentialFault.StatusWrong, $"{what} has a status that is not understood: {StatusEntryType} for {Revocation} or {Suspension} is");
            if (!int.TryParse(StrictJson.Text(entry, "statusListIndex"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || !Uri.TryCreate(list, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
                return Add<bool>(CredentialFault.StatusWrong, $"{what} has a status without statusListIndex, or without a statusListCredential of HTTPS");
            var answer = await sources.StatusListAsync(issuer, url, cancellationToken);
            if (answer.Problem is { } away)
                return Add<bool>(CredentialFault.StatusAway, $"{what} can't be checked: its status list {Shown(list)} {away}");
            if (await ListAsync(answer.Bytes, issuer, list!, purpose, what, cancellationToken) is not { } found)
                return false;
            if (index >= found.Count)
                return Add<bool>(CredentialFault.StatusWrong, $"{what} has entry {index} of a status list that has {found.Count}");
            if (found[index])
                Add<object>(purpose == Revocation ? CredentialFault.Revoked : CredentialFault.Suspended, $"{what} was {(purpose == Revocation ? "revoked" : "suspended")} by its issuer");
            return true;
        }

        /// <summary>The list of a status list credential that its issuer signed, as it signed the credential itself: stricter than the specification, which lets them differ.</summary>
        private async Task<StatusList?> ListAsync(ReadOnlyMemory<byte> bytes, string issuer, string url, string purpose, string credential, CancellationToken cancellationToken)
        {
            var what = $"the status list of {credential}";
            var before = Problems.Count;
            var signed = await SignedAsync(bytes.Length <= LongestStatusList ? Encoding.ASCII.GetString(bytes.Span) : null, LongestStatusList, what, cancellationToken);
            if (signed is not { } list || Problems.Count > before)
                return null;
            if (list.Facts.Issuer != issuer)
                return Add<StatusList>(CredentialFault.StatusWrong, $"{what} is of another issuer: {Shown(list.Facts.Issuer)}");
            if (!list.Facts.Types.Contains(StatusListType) || StrictJson.Text(list.Facts.Subject, "type") != "BitstringStatusList" || StrictJson.Texts(list.Facts.Subject, "statusPurpose")?.Contains(purpose) != true)
                return Add<StatusList>(CredentialFault.StatusWrong, $"{what} is no list for {purpose}");
            if ((list.Facts.Id ?? url) != url)
                return Add<StatusList>(CredentialFault.StatusWrong, $"{what} is another one: {Shown(list.Facts.Id)}");
            return StatusList.Decode(StrictJson.Text(list.Facts.Subject, "encodedList"), out var wrong) ?? Add<StatusList>(CredentialFault.StatusWrong, $"{what} {wrong}");
        }
    }
}
