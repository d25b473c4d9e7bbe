using System.Text.Json.Serialization;

namespace Banyan.Blueprints.Access;

/// <summary>One rule of a policy. Immutable; equality of its lists is by reference.</summary>
public sealed record AccessRule
{
    /// <summary>Unique among the rules; callers are told it.</summary>
    public required string Name { get; init; }

    /// <summary>What it decides where it holds.</summary>
    public required AccessEffect Effect { get; init; }

    /// <summary>Patterns of the actions that it speaks of; see <see cref="ActionPattern"/>.</summary>
    public required IReadOnlyList<string> Actions { get; init => field = value ?? []; }

    /// <summary>What must all be so for it to hold; empty: always.</summary>
    public IReadOnlyList<AccessConstraint> When { get; init => field = value ?? []; } = [];

    /// <summary>What callers are told whom it denies, in one line; null: what the conditions say.</summary>
    public string? Because { get; init; }
}

/// <summary>What a rule decides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessEffect>))]
public enum AccessEffect
{
    Allow,
    Deny,
}

/// <summary>
/// What must be so of one attribute: everything that is said here at once. Immutable; equality of its lists is by reference.
/// Numbers (<see cref="AccessAttributes.IsNumber"/>) have the limits, kinds and names the lists, and those with a partner
/// <see cref="SameAsPartner"/>.
/// </summary>
public sealed record AccessConstraint
{
    /// <summary>Of what.</summary>
    public required AccessAttribute Attribute { get; init; }

    /// <summary>It is one of these; null: nothing is said. An attribute that is not known is none of them.</summary>
    public IReadOnlyList<string>? OneOf { get; init; }

    /// <summary>It is none of these; null: nothing is said.</summary>
    public IReadOnlyList<string>? NoneOf { get; init; }

    /// <summary>Whether it is, or is not, the same as its <see cref="AccessAttributes.Partner"/>; null: nothing is said.</summary>
    public bool? SameAsPartner { get; init; }

    /// <summary>It is this or more.</summary>
    public decimal? AtLeast { get; init; }

    /// <summary>It is more than this.</summary>
    public decimal? Above { get; init; }

    /// <summary>It is this or less.</summary>
    public decimal? AtMost { get; init; }

    /// <summary>It is less than this.</summary>
    public decimal? Below { get; init; }

    /// <summary>It is another number than these; null: nothing is said.</summary>
    public IReadOnlyList<decimal>? Except { get; init; }
}
