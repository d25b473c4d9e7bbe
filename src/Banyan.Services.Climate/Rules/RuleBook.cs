using System.Collections.Frozen;

namespace Banyan.Services.Climate.Rules;

/// <summary>The rules in force. Thread-safe: readers take one snapshot.</summary>
internal sealed class RuleBook
{
    private volatile Snapshot _current = new([]);

    /// <summary>The rules of this moment.</summary>
    public Snapshot Current => _current;

    /// <summary>Puts other rules in their place.</summary>
    public void Replace(IReadOnlyList<Rule> rules) => _current = new Snapshot(rules);

    /// <summary>Rules of one moment. Immutable.</summary>
    internal sealed class Snapshot(IReadOnlyList<Rule> rules)
    {
        private readonly FrozenDictionary<string, Rule[]> _byMeasurement =
            rules.GroupBy(static r => r.Measurement, StringComparer.Ordinal).ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.Ordinal);

        /// <summary>All of them.</summary>
        public IReadOnlyList<Rule> All { get; } = rules;

        /// <summary>Those of a measurement.</summary>
        public ReadOnlySpan<Rule> Of(string measurement) => _byMeasurement.TryGetValue(measurement, out var found) ? found : [];
    }
}
