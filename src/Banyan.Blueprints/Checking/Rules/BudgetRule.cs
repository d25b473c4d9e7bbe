using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class BudgetRule() : Rule("costs.budget", Severity.Error, "Prices above the budget.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Prices is { Total: { } total, Budget: { High: { } most } } prices && total.Low.IsLike(most) && (total.High ?? total.Low) > most)
            yield return Found(blueprint, prices, "budget", $"the platform costs {total}, the budget is {prices.Budget}", "spend less, or ask for more", total.Low > most ? Severity.Error : Severity.Warning);
    }
}
