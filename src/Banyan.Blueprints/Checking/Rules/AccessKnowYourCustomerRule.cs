using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class AccessKnowYourCustomerRule() : Rule("access.know-your-customer", Severity.Error, "A sum from which on a person must be verified, and an action that moves it without asking.")
{
    /// <summary>The level from which on documents were checked.</summary>
    private const int Verified = 2;

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var (what, sum) in blueprint.Compliance?.KnowYourCustomer ?? Named<Quantities.Money>.None)
        {
            // what is paid is the thing of an action: stakes, of governance.stakes.place
            var actions = AccessActions.DeclaredBy(blueprint).Select(static a => a.Name).Where(a => a.Split('.')[1] == what).Distinct().ToList();
            if (actions.Count == 0 || sum.Currency != "USD")
                continue;
            var asked = new AccessRule
            {
                Name = Id,
                Effect = AccessEffect.Allow,
                Actions = actions,
                When =
                [
                    new() { Attribute = AccessAttribute.Kind, NoneOf = ["platform"] },
                    new() { Attribute = AccessAttribute.Amount, Above = sum.Amount },
                    new() { Attribute = AccessAttribute.Verification, Below = Verified },
                ],
            };
            var allowed = AccessCover.AllowedBy(AccessModels.Of(blueprint), asked).ToList();
            if (allowed.Count > 0)
            {
                yield return Found(blueprint, $"{blueprint.Compliance!.Path}.know_your_customer.{what}",
                    $"{what} above {sum} are allowed without a verified identity, by {allowed.Select(static a => a.Rule is { } rule ? $"rule {rule.Name}" : $"role {a.Role}").Listed()}: {AccessSpace.ActionOf(allowed[0].Question)}",
                    $"write a first rule under access.rules: effect: deny, actions: \"*.{what}.*\", when: {{ amount: \"above {sum}\", verification: below {Verified} }}");
            }
        }
    }
}
