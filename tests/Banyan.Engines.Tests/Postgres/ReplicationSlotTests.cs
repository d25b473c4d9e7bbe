using Banyan.Engines.Postgres;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Postgres;

public class ReplicationSlotTests
{
    [Fact]
    public void NameOf_PlainNames_ReadsAsTheyDo() => ReplicationSlot.NameOf("east-africa", "south-africa").ShouldBe("east_africa_at_south_africa");

    [Theory]
    [InlineData("a", "b-at-c", "a-at-b", "c")]
    [InlineData("a_b", "c", "a-b", "c")]
    [InlineData("A", "b", "a", "b")]
    [InlineData("x-at", "y", "x", "at-y")]
    public void NameOf_PairsThatLookAlike_Differ(string partition, string region, string otherPartition, string otherRegion) =>
        ReplicationSlot.NameOf(partition, region).ShouldNotBe(ReplicationSlot.NameOf(otherPartition, otherRegion));

    [Fact]
    public void NameOf_AnyPair_IsWhatPostgresAllowsAndItsOwn()
    {
        var name = Gen.Elements("abAB01-_é at".ToCharArray()).ArrayOf().Select(c => new string(c)).Where(s => s.Length > 0);
        Prop.ForAll(
            Gen.Zip(Gen.Zip(name, name), Gen.Zip(name, name)).ToArbitrary(),
            pairs =>
            {
                var ((p1, r1), (p2, r2)) = pairs;
                var slot = ReplicationSlot.NameOf(p1, r1);
                return slot.Length is > 0 and <= 63
                    && slot.All(c => c is '_' or (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                    && (slot == ReplicationSlot.NameOf(p2, r2)) == ((p1, r1) == (p2, r2));
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void NameOf_LongNames_FitAndDiffer()
    {
        var one = ReplicationSlot.NameOf(new string('x', 80), "south");
        one.Length.ShouldBeLessThanOrEqualTo(63);
        one.ShouldNotBe(ReplicationSlot.NameOf(new string('x', 80), "north"));
    }
}
