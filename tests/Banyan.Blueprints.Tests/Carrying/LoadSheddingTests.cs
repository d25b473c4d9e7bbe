using Banyan.Blueprints.Carrying;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Blueprints.Tests.Carrying;

public class LoadSheddingTests
{
    private static readonly ServiceLoad[] Services = [new("disaster", 1, 2), new("health", 2, 3), new("climate", 3, 4), new("social", 4, 1)];

    [Fact]
    public void Choose_CapacityUnknown_ShedsNothing() => LoadShedding.Choose(new CarriedLoad(300, null), Services).Services.ShouldBeEmpty();

    [Fact]
    public void Choose_Enough_ShedsNothing() => LoadShedding.Choose(new CarriedLoad(100, 100), Services).Services.ShouldBeEmpty();

    [Theory]
    [InlineData(90, "social", 90)]            // one tenth of the weight is enough
    [InlineData(60, "social,climate", 50)]    // then the next level, whole
    [InlineData(30, "social,climate,health", 20)]
    [InlineData(10, "social,climate,health", 20)] // priority 1 stays, though it is too much still
    public void Choose_Short_ShedsTheLeastImportantFirstAndNoMoreThanNeeded(int capacity, string shed, int left)
    {
        var choice = LoadShedding.Choose(new CarriedLoad(100, capacity), Services);
        choice.Services.ShouldBe(shed.Split(','));
        choice.Left.ShouldBe(left);
    }

    [Fact]
    public void Choose_NotRanked_IsNeverShed() =>
        LoadShedding.Choose(new CarriedLoad(100, 1), [new("law", null, 5), new("ai", 9, 5)]).Services.ShouldBe(["ai"]);

    [Fact]
    public void Choose_OnePriority_GoesTogether() =>
        LoadShedding.Choose(new CarriedLoad(100, 99), [new("disaster", 1, 5), new("b", 2, 1), new("a", 2, 1)]).Services.ShouldBe(["a", "b"]);

    [Fact]
    public void Choose_Always_ShedsAPrefixOfTheRanking() => Prop.ForAll<byte, byte, byte[]>(static (percent, capacity, priorities) =>
    {
        var services = priorities.Select(static (p, i) => new ServiceLoad($"s{i:000}", p == 0 ? null : p, 1 + (p % 7))).ToList();
        var choice = LoadShedding.Choose(new CarriedLoad(percent, capacity), services);
        var shed = services.Where(s => choice.Services.Contains(s.Name)).ToList();
        var kept = services.Except(shed).Where(static s => s.Priority is > 1).ToList();
        return (shed.Count == 0 || percent > capacity)
            && shed.TrueForAll(static s => s.Priority is > 1)
            && (shed.Count == 0 || kept.Count == 0 || kept.Max(static s => s.Priority) < shed.Min(static s => s.Priority))
            && (choice.Left <= capacity || percent <= capacity || kept.Count == 0);
    }).QuickCheckThrowOnFailure();
}
