using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Shapes;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>The shapes of single values that all parts of the language share.</summary>
internal static class Common
{
    public static readonly TextShape Text = new("a text", null, _ => true, "a sentence");
    public static readonly TextShape Name = new("a name", "[a-z0-9][a-z0-9-]{0,62}", IsName, "east-africa (lower case letters, digits and hyphens; 63 at most)", ReadRules.Name);
    public static readonly TextShape Word = new("a short phrase", "[A-Za-z0-9][A-Za-z0-9 ._/+:()-]{0,99}", IsWord, "audit logs (letters, digits, spaces and hyphens; 100 at most)");
    public static readonly TextShape PathText = new("a path in the blueprint", "[a-z0-9][a-z0-9._-]{0,199}", t => t.Length <= 200 && IsOf(t, "._-"), "stores.accounts");
    public static readonly TextShape HttpPath = new("a path of a URL", "/[A-Za-z0-9._~/-]{0,199}", t => t.Length <= 200 && t[0] == '/' && t.All(c => char.IsAsciiLetterOrDigit(c) || "._~/-".Contains(c)), "/health");
    public static readonly TextShape Country = new("a country's code", "[A-Z]{2}", IsCountry, "KE (ISO 3166-1 alpha-2, in capitals)");
    public static readonly TextShape CountryOrArea = new("a country's code or an area", "(?:[A-Z]{2}|[a-z0-9][a-z0-9-]{0,62})", t => IsCountry(t) || IsName(t), "KE, eu or africa");
    public static readonly TextShape Date = new("a date", @"\d{4}(?:-\d{2}){0,2}", IsDate, "2025-12");
    public static readonly TextShape VersionText = new("a version", "[A-Za-z0-9][A-Za-z0-9._-]{0,39}", t => t.Length <= 40 && t.All(c => char.IsAsciiLetterOrDigit(c) || "._-".Contains(c)) && char.IsAsciiLetterOrDigit(t[0]), "\"1.0\"");
    public static readonly TextShape Cidr = new("a range of addresses", @"\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}", t => System.Net.IPNetwork.TryParse(t, out _) && !t.Contains(':'), "10.0.0.0/16");

    public static readonly BoolShape Bool = new();
    public static readonly IntShape Port = new(1, 65535);
    public static readonly IntShape Small = new(0, 100_000);
    public static readonly IntShape Positive = new(1, 100_000);
    public static readonly DecimalShape Factor = new(0, 1_000_000);

    public static readonly QuantityShape<Count> Number = new();
    public static readonly QuantityShape<Duration> Time = new();
    public static readonly QuantityShape<Percentage> Percent = new();
    public static readonly QuantityShape<Percentage> Share = new(p => p.Percent <= 100 ? null : new($"'{p}' is more than the whole", "write 100% at most"));
    public static readonly QuantityShape<Money> Sum = new();
    public static readonly QuantityShape<Rate> OneRate = new();
    public static readonly QuantityShape<Product> ProductText = new();
    public static readonly QuantityShape<Condition> When = new();
    public static readonly QuantityShape<Cadence> Rhythm = new();
    public static readonly QuantityShape<Retention> KeepTime = new();
    public static readonly QuantityShape<Range<Count>> Counts = new();
    public static readonly QuantityShape<Range<Rate>> Rates = new();
    public static readonly QuantityShape<Range<Duration>> Durations = new();
    public static readonly QuantityShape<Range<ByteSize>> Bytes = new();
    public static readonly QuantityShape<Range<Bandwidth>> Bandwidths = new();
    public static readonly QuantityShape<Range<CpuCores>> Cores = new();
    public static readonly QuantityShape<Range<Money>> Moneys = new();
    public static readonly CoordinatesShape LatLon = new();

    public static readonly ListShape<string> Names = new(Name);
    public static readonly ListShape<string> Words = new(Word);
    public static readonly ListShape<string> Paths = new(PathText);
    public static readonly ListShape<string> Countries = new(Country);
    public static readonly ListShape<Product> Products = new(ProductText);
    public static readonly ListShape<Condition> Conditions = new(When);
    public static readonly ListShape<Range<Count>> CountList = new(Counts);

    public static readonly NamedShape<Range<ByteSize>> Storage = new(Name, Bytes) { Alone = "local" };
    public static readonly NamedShape<IReadOnlyList<string>> WordsByName = new(Name, Words);
    public static readonly NamedShape<IReadOnlyList<Product>> ProductsByName = new(Name, Products);
    public static readonly NamedShape<string> WordByName = new(Name, Word);

    public static readonly ChoiceShape<Tier> TierWord = new("a tier", ("core", Model.Tier.Core), ("regional", Model.Tier.Regional), ("edge", Model.Tier.Edge));
    public static readonly ListShape<Tier> Tiers = new(TierWord);

    /// <summary>The keys that everything with a name has.</summary>
    public static MapShape<T> Described<T>(this MapShape<T> shape) where T : NamedElement => shape
        .Key("title", Text, "What it is called in front of people, where its name does not say it.", (e, v) => (T)((NamedElement)e with { Title = v }))
        .Key("purpose", Text, "What it is for, in a sentence.", (e, v) => (T)((NamedElement)e with { Purpose = v }));

    private static bool IsName(string text) => text.Length <= 63 && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsWord(string text) => text.Length <= 100 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || " ._/+:()-".Contains(c));

    private static bool IsOf(string text, string others) => (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0])) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || others.Contains(c));

    private static bool IsCountry(string text) => text.Length == 2 && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1]);

    private static bool IsDate(string text) => text.Length is 4 or 7 or 10 && text.Select((c, i) => i is 4 or 7 ? c == '-' : char.IsAsciiDigit(c)).All(ok => ok);
}
