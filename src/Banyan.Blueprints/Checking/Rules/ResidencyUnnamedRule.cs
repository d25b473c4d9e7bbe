using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class ResidencyUnnamedRule() : Rule("residency.unnamed", Severity.Warning, "Residency that names no place: nobody can check that it holds.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var rule in blueprint.Residency.Values.Where(r => r.Within.Count == 0 && r.HomeCountry != true))
        {
            var lands = blueprint.Regions.Values.Select(r => r.Jurisdiction).OfType<string>().Distinct().ToList();
            var spread = lands.Count > 1 ? $", while regions lie in {lands.Listed()}" : "";
            yield return Found(blueprint, rule, null, $"residency rule {rule.Name} does not say where data must stay{spread}", "name the countries or areas (within), or the resident's own country (home_country)");
        }
    }
}
