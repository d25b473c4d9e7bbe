namespace Banyan.Blueprints.Model;

/// <summary>Groups of countries that every blueprint knows by name.</summary>
public static class Areas
{
    private static readonly Dictionary<string, IReadOnlyCollection<string>> All = new(StringComparer.Ordinal)
    {
        // the member states of the African Union
        ["africa"] = Codes("DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MG MW ML MR MU MA MZ NA NE NG RW ST SN SC SL SO ZA SS SD TZ TG TN UG EH ZM ZW"),
        // the member states of the European Union
        ["eu"] = Codes(EuropeanUnion),
        // the European Economic Area, where the GDPR holds
        ["eea"] = Codes($"{EuropeanUnion} IS LI NO"),
    };

    private const string EuropeanUnion = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";

    /// <summary>The names of the areas.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>The countries of an area (ISO 3166-1 alpha-2); null where there is none of that name.</summary>
    public static IReadOnlyCollection<string>? Find(string name) => All.GetValueOrDefault(name);

    private static HashSet<string> Codes(string codes) => [.. codes.Split(' ')];
}
