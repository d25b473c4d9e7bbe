using Banyan.Routing.Entry;
using Banyan.Routing.Entry.Forwarding;
using Banyan.Routing.Entry.Holding;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry.Holding;

public class DecisionTests
{
    private static readonly EntryOptions Options = new();
    private static readonly Gen<RequestTraits> AnyTraits =
        from repeatable in Gen.Elements(true, false)
        from length in Gen.Elements<long?>(null, 0, 1, Options.MaxKeptBody, Options.MaxKeptBody + 1)
        from body in Gen.Elements(true, false)
        select new RequestTraits(repeatable, body, body ? length : null);

    [Fact]
    public void Hold_AnyFacts_OnlyWhatCanBeRepeatedWaitsAndWithinBounds()
    {
        var facts =
            from traits in AnyTraits
            from availability in Gen.Elements(Enum.GetValues<RegionAvailability>())
            from since in Gen.Choose(0, 60)
            from waited in Gen.Choose(0, 60)
            from verify in Gen.Elements(true, false)
            select new HoldFacts(traits, availability, TimeSpan.FromSeconds(since), TimeSpan.FromSeconds(waited), verify);
        Prop.ForAll(facts.ToArbitrary(), f =>
        {
            var verdict = HoldDecision.Make(f, Options);
            return verdict switch
            {
                HoldVerdict.Hold => f.Traits.Repeatable && f.Waited < Options.HoldTime && f.Traits.BytesToKeep(Options) <= Options.MaxKeptBody
                    && (f.Verify || f.Availability != RegionAvailability.Serving),
                HoldVerdict.Send => !f.Verify && f.Availability is RegionAvailability.Serving or RegionAvailability.Suspected,
                HoldVerdict.NotRepeatable => !f.Traits.Repeatable,
                _ => f.Traits.Repeatable,
            };
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(RegionAvailability.Serving, true, HoldVerdict.Send)]
    [InlineData(RegionAvailability.Serving, false, HoldVerdict.Send)]
    [InlineData(RegionAvailability.Suspected, true, HoldVerdict.Hold)]
    [InlineData(RegionAvailability.Suspected, false, HoldVerdict.Send)]
    [InlineData(RegionAvailability.Starting, true, HoldVerdict.Hold)]
    [InlineData(RegionAvailability.Down, true, HoldVerdict.Hold)]
    [InlineData(RegionAvailability.Moving, true, HoldVerdict.Hold)]
    [InlineData(RegionAvailability.Moving, false, HoldVerdict.NotRepeatable)]
    public void Hold_State_DecidesFirst(RegionAvailability availability, bool repeatable, object verdict) =>
        HoldDecision.Make(new HoldFacts(new RequestTraits(repeatable, false, null), availability, TimeSpan.Zero, TimeSpan.Zero, false), Options).ShouldBe((HoldVerdict)verdict);

    [Fact]
    public void Hold_DownForLong_IsHopelessButMovingOrStartingAnewIsNot()
    {
        Make(RegionAvailability.Down).ShouldBe(HoldVerdict.Hopeless);
        Make(RegionAvailability.Moving).ShouldBe(HoldVerdict.Hopeless);
        Make(RegionAvailability.Starting).ShouldBe(HoldVerdict.Hold);

        static HoldVerdict Make(RegionAvailability a) => HoldDecision.Make(new HoldFacts(new RequestTraits(true, false, null), a, Options.HoldTime, TimeSpan.Zero, false), Options);
    }

    [Fact]
    public void Replay_AnyFacts_OnlyWhatCanBeRepeatedIsSentAgain()
    {
        var facts =
            from end in Gen.Elements(Enum.GetValues<SendEnd>())
            from repeatable in Gen.Elements(true, false)
            from kept in Gen.Elements(true, false)
            from broken in Gen.Choose(0, 6)
            select new ReplayFacts(end, repeatable, kept, broken);
        Prop.ForAll(facts.ToArbitrary(), f => ReplayDecision.Make(f, Options) switch
        {
            ReplayVerdict.Replay => f.Repeatable && f.BodyKept && f.End is not (SendEnd.Silent or SendEnd.ClientFault) && (f.End != SendEnd.Broke || f.Broken < Options.MostSends),
            ReplayVerdict.NotDone => f.End == SendEnd.Unreachable, // certainly
            _ => true,
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Budget_ShareAndFloor_AreWhatThereIs()
    {
        var time = new ManualTime();
        var budget = new ReplayBudget(Options, time);
        Take(budget, 0).ShouldBe(100); // ten seconds of the floor
        Take(budget, 1000).ShouldBe(200); // and a fifth
        Take(budget, 1000).ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(100));
        Take(budget, 11_000).ShouldBe(100 + (int)(11_000 / 10 * Options.ReplayShare)); // what was earned long ago does not count
        time.Advance(TimeSpan.FromSeconds(ReplayBudget.Window));
        Take(budget, 11_000).ShouldBe(100);
    }

    [Theory]
    [InlineData("""{"type":"urn:banyan:problem:fenced"}""", true)]
    [InlineData("""{"title":"x","errors":{"type":"urn:banyan:problem:x"},"type":"urn:banyan:problem:database-away","status":503}""", true)]
    [InlineData("""{"errors":[{"type":"urn:banyan:problem:fenced"}],"type":"urn:banyan:problem:overloaded"}""", false)]
    [InlineData("""{"errors":{"type":"urn:banyan:problem:fenced"}}""", false)]
    [InlineData("""{"type":"urn:banyan:problem:changes-met"}""", false)]
    [InlineData("""{"type":"fenced"}""", false)]
    [InlineData("""{"type":503}""", false)]
    [InlineData("""{"type":""", false)]
    [InlineData("", false)]
    [InlineData("[]", false)]
    public void StandsAside_Problem_ByItsOwnTypeOnly(string problem, bool stands) => StandsAside.Is(System.Text.Encoding.UTF8.GetBytes(problem)).ShouldBe(stands);

    [Fact]
    public void KeptBody_AnyPieces_ComeBackInOrderUntilTheLimit()
    {
        var pieces = Gen.Choose(0, 40_000).SelectMany(n => Gen.Elements((byte)1, (byte)2, (byte)3).ArrayOf(n)).ListOf(5);
        Prop.ForAll(pieces.ToArbitrary(), given =>
        {
            const int Limit = 100_000;
            var kept = new KeptBody(Limit);
            foreach (var piece in given)
                kept.Add(piece);
            kept.End();
            byte[] all = [.. given.SelectMany(static p => p)];
            byte[] back = [.. kept.Pieces.SelectMany(static p => p.ToArray())];
            kept.Return();
            return all.Length > Limit ? kept is { IsLost: true, IsWhole: false } && back.Length == 0 : kept is { IsLost: false, IsWhole: true } && back.SequenceEqual(all);
        }).QuickCheckThrowOnFailure();
    }

    private static int Take(ReplayBudget budget, long requests)
    {
        var taken = 0;
        while (taken < 10_000 && budget.TryTake(requests))
            taken++;
        return taken;
    }
}
