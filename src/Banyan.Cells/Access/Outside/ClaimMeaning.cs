using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access.Tokens;

namespace Banyan.Cells.Access.Outside;

/// <summary>What claims of an outside provider mean on this platform, as the blueprint says. What it says nothing of gives nobody more. Immutable.</summary>
internal sealed class ClaimMeaning
{
    private readonly AccessIdentityProvider _provider;

    /// <summary>The platform's roles by what the provider calls them; null: the same.</summary>
    private readonly FrozenDictionary<string, ImmutableArray<string>>? _roles;

    private readonly FrozenDictionary<string, int> _levels;

    public ClaimMeaning(AccessIdentityProvider provider)
    {
        _provider = provider;
        _roles = provider.Roles?.SelectMany(static r => r.Value, static (r, theirs) => (Theirs: theirs, Ours: r.Key)).GroupBy(static r => r.Theirs, static r => r.Ours, StringComparer.Ordinal)
            .ToFrozenDictionary(static g => g.Key, static g => g.ToImmutableArray(), StringComparer.Ordinal);
        _levels = (provider.Assurance ?? new Dictionary<string, IReadOnlyList<string>> { ["2"] = ["aal2"], ["3"] = ["aal3"] })
            .SelectMany(static l => l.Value, static (l, acr) => (Acr: acr, Level: int.Parse(l.Key, CultureInfo.InvariantCulture))).DistinctBy(static l => l.Acr, StringComparer.Ordinal)
            .ToFrozenDictionary(static l => l.Acr, static l => l.Level, StringComparer.Ordinal);
    }

    /// <summary>The home region; null where the claim names none and there is none for everybody.</summary>
    public string? Home(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => _provider.DefaultHome,
        JsonValueKind.String when claim.GetString() is { Length: > 0 and <= TokenRules.LongestName } home => home,
        _ => null,
    };

    public ImmutableArray<string> Roles(ImmutableArray<string> theirs) =>
        _roles is null ? theirs : [.. theirs.SelectMany(r => _roles.GetValueOrDefault(r, [])).Distinct(StringComparer.Ordinal)];

    /// <summary>The kind of caller; null where the claim says none that a token may say.</summary>
    public CallerKind? Kind(JsonElement claim, ImmutableArray<string> roles)
    {
        if (_provider.KindClaim is null)
            return roles.IsEmpty ? CallerKind.Resident : CallerKind.Staff;
        return claim.ValueKind != JsonValueKind.String ? null : claim.GetString() switch
        {
            "resident" => CallerKind.Resident,
            "staff" => CallerKind.Staff,
            "machine" => CallerKind.Machine,
            _ => null,
        };
    }

    /// <summary>1 where nothing better is said.</summary>
    public int Assurance(string? acr) => acr is null ? 1 : _levels.GetValueOrDefault(acr, 1);

    /// <summary>0 where nothing is said that can be read.</summary>
    public static int Verification(JsonElement claim) => claim.ValueKind switch
    {
        JsonValueKind.Number when claim.TryGetInt32(out var level) && level is >= 0 and <= 3 => level,
        JsonValueKind.String when claim.GetString() is [>= '0' and <= '3'] text => text[0] - '0',
        _ => 0,
    };
}
