using System.Globalization;

namespace Banyan.Blueprints.Access;

/// <summary>Why something is decided, in words. Made when a policy is compiled, never when it decides.</summary>
internal static class AccessReasons
{
    public const string Default = "no rule allows it, and none of the caller's roles grants it";
    public const string DefaultAnonymous = "no rule allows it to callers without a credential";
    public const string Scope = "the credential was not issued for this action: none of its scopes covers it";

    public static string Of(AccessRule rule) => OneLine(
        rule.Because ?? $"rule {rule.Name} {(rule.Effect == AccessEffect.Allow ? "allows" : "denies")} it{(rule.When.Count == 0 ? " to everybody" : " where " + string.Join(" and ", rule.When.Select(Of)))}");

    public static string Of(string role, string pattern) => $"role {role} grants {pattern}";

    /// <summary>A condition in words: <c>verification is below 2</c>.</summary>
    public static string Of(AccessConstraint constraint)
    {
        var said = new List<string>();
        if (constraint.OneOf is { } one)
            said.Add(Either(one));
        if (constraint.NoneOf is { } none)
            said.Add("not " + Either(none));
        if (constraint.SameAsPartner is { } same)
            said.Add($"{(same ? "" : "not ")}the same as {constraint.Attribute.Partner()?.Word()}");
        Add("at least", constraint.AtLeast);
        Add("above", constraint.Above);
        Add("at most", constraint.AtMost);
        Add("below", constraint.Below);
        foreach (var except in constraint.Except ?? [])
            Add("not", except);
        return $"{constraint.Attribute.Word()} is {(said.Count == 0 ? "anything" : string.Join(" and ", said))}";

        void Add(string word, decimal? limit)
        {
            if (limit is { } number)
                said.Add($"{word} {(constraint.Attribute == AccessAttribute.Amount ? "$" : "")}{number.ToString(constraint.Attribute == AccessAttribute.Amount ? "#,0.##" : "0.##", CultureInfo.InvariantCulture)}");
        }
    }

    private static string Either(IReadOnlyList<string> values) => values.Count switch
    {
        0 => "nothing",
        1 => values[0],
        <= 5 => $"{string.Join(", ", values.Take(values.Count - 1))} or {values[^1]}",
        _ => $"one of {values.Count}",
    };

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
