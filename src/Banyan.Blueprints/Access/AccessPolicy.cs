using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Banyan.Blueprints.Access;

/// <summary>
/// Decides who may do what: the rules of a model in their order, the first that holds; then the grants of the caller's roles;
/// then nothing. What is allowed must also be covered by the credential's scopes, where it has any. Pure and thread-safe: the
/// same question always gets the same answer. Deciding allocates nothing once an action was asked for.
/// </summary>
public sealed class AccessPolicy
{
    /// <summary>Actions are the platform's own words; past so many, callers made them up, and what is found of them is not kept.</summary>
    internal const int MaxPlans = 4096;

    private static readonly AccessDecision Denied = new(false, AccessDecision.DefaultRule, AccessReasons.Default);
    private static readonly AccessDecision DeniedAnonymous = new(false, AccessDecision.DefaultRule, AccessReasons.DefaultAnonymous);
    private static readonly AccessDecision OutOfScope = new(false, AccessDecision.ScopeRule, AccessReasons.Scope);

    private readonly CompiledRule[] _rules;
    private readonly (string Role, ActionPattern Pattern, AccessDecision Decision)[] _grants;
    private readonly CompiledLimit[] _limits;
    private readonly ConcurrentDictionary<string, Plan> _plans = new(StringComparer.Ordinal);
    private int _planCount;

    private AccessPolicy(AccessModel model)
    {
        Model = model;
        _rules = [.. model.Rules.Select(static r => new CompiledRule(r))];
        _grants = [.. from role in model.Roles
                      from grant in role.Value
                      select (role.Key, ActionPattern.Parse(grant),
                          new AccessDecision(true, AccessDecision.RolePrefix + role.Key, AccessReasons.Of(role.Key, grant)))];
        _limits = [.. model.Limits.Select(static l => new CompiledLimit(l))];
    }

    /// <summary>What it was made from.</summary>
    public AccessModel Model { get; }

    internal int RememberedActions => _plans.Count;

    /// <summary>Makes a policy ready.</summary>
    /// <exception cref="ArgumentException">A pattern of actions is none; models from blueprints that could be read never have one.</exception>
    public static AccessPolicy Compile(AccessModel model) => new(model);

    /// <summary>Decides.</summary>
    public AccessDecision Decide(in AccessQuestion question)
    {
        var decision = PlanOf(question.Action).Decide(in question);
        return decision.Allowed && !InScope(question.Scopes, question.Action) ? OutOfScope : decision;
    }

    /// <summary>The limit that counts for a request; null where none does. Allocates nothing.</summary>
    /// <param name="per">What is counted.</param>
    /// <param name="question">Kind, roles and action of the request; the action may be empty where the endpoint is open to all.</param>
    /// <param name="path">The path of the request.</param>
    public AccessLimit? FindLimit(LimitPer per, in AccessQuestion question, ReadOnlySpan<char> path)
    {
        foreach (var limit in _limits)
        {
            if (limit.Limit.Per == per && limit.Holds(in question, path))
                return limit.Limit;
        }

        return null;
    }

    /// <summary>Whether scopes cover an action; see <see cref="AccessQuestion.Scopes"/>.</summary>
    internal static bool InScope(ImmutableArray<string> scopes, string action)
    {
        if (scopes.IsDefaultOrEmpty)
            return true;
        var limits = false;
        foreach (var scope in scopes)
        {
            if (scope is "openid" or "profile" or "email" or "phone" or "address" or "offline_access")
                continue;
            if (ActionPattern.Matches(scope, action))
                return true;
            limits = true;
        }

        return !limits;
    }

    private Plan PlanOf(string action)
    {
        if (_plans.TryGetValue(action, out var plan))
            return plan;
        plan = new(this, action);
        if (Volatile.Read(ref _planCount) < MaxPlans && _plans.TryAdd(action, plan))
            Interlocked.Increment(ref _planCount);
        return plan;
    }

    /// <summary>What a policy says of one action. Immutable.</summary>
    private sealed class Plan
    {
        private readonly CompiledRule[] _rules;
        private readonly FrozenDictionary<string, AccessDecision> _grants;

        public Plan(AccessPolicy policy, string action)
        {
            _rules = Array.FindAll(policy._rules, r => r.SpeaksOf(action));
            var grants = new Dictionary<string, AccessDecision>(StringComparer.Ordinal);
            foreach (var (role, pattern, decision) in policy._grants)
            {
                if (pattern.Matches(action))
                    grants.TryAdd(role, decision);
            }

            _grants = grants.ToFrozenDictionary(StringComparer.Ordinal);
        }

        public AccessDecision Decide(in AccessQuestion question)
        {
            foreach (var rule in _rules)
            {
                if (rule.Holds(in question))
                    return rule.Decision;
            }

            if (!question.Roles.IsDefault)
            {
                foreach (var role in question.Roles)
                {
                    if (_grants.TryGetValue(role, out var granted))
                        return granted;
                }
            }

            return question.Kind == AccessKind.Anonymous ? DeniedAnonymous : Denied;
        }
    }
}
