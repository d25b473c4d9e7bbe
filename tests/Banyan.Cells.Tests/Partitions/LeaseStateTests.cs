using Banyan.Cells.Partitions;

namespace Banyan.Cells.Tests.Partitions;

public class LeaseStateTests
{
    private static readonly LeaseTerms Terms = LeaseTerms.Default;
    private static readonly LeaseState Granted = LeaseState.Granted(Terms, At(10_000));

    [Fact]
    public void HoldsAt_Granted_CountsFromWhenItWasSent()
    {
        Granted.HoldsAt(At(11_799)).ShouldBeTrue();
        Granted.HoldsAt(At(11_800)).ShouldBeFalse(); // time to live less margin
    }

    [Fact]
    public void After_RenewedLate_CountsFromWhenItWasSent()
    {
        // Sent at 10.4 s, answered a second later: the store's time has been running since before the answer.
        var renewed = Granted.After(Terms, At(10_400), RenewalAnswer.Renewed, At(11_400));

        renewed.HoldsUntil.ShouldBe(At(12_200));
        renewed.StepAt(At(11_400)).ShouldBe(LeaseStep.Renew);
    }

    [Fact]
    public void After_RenewedSoLateThatItHasRunOut_HoldsNotUntilTheNext()
    {
        // The sleeper: sent, suspended for three seconds, answered.
        var woken = Granted.After(Terms, At(10_400), RenewalAnswer.Renewed, At(13_400));
        woken.HoldsAt(At(13_400)).ShouldBeFalse();
        woken.StepAt(At(13_400)).ShouldBe(LeaseStep.Renew);

        // The store says that it never ended: nobody else can have had it.
        woken.After(Terms, At(13_410), RenewalAnswer.Renewed, At(13_411)).HoldsAt(At(13_411)).ShouldBeTrue();
    }

    [Fact]
    public void After_AnswersOutOfOrder_NeverShortens()
    {
        var second = Granted.After(Terms, At(10_800), RenewalAnswer.Renewed, At(10_801));

        second.After(Terms, At(10_400), RenewalAnswer.Renewed, At(10_900)).HoldsUntil.ShouldBe(second.HoldsUntil);
    }

    [Fact]
    public void After_Unanswered_KeepsTheOldTimeAndIsTriedAgainSoon()
    {
        var unanswered = Granted.After(Terms, At(10_400), RenewalAnswer.Unanswered, At(10_900));

        unanswered.HoldsUntil.ShouldBe(Granted.HoldsUntil);
        unanswered.StepAt(At(10_900)).ShouldBe(LeaseStep.Wait);
        unanswered.StepAt(At(10_950)).ShouldBe(LeaseStep.Renew);
    }

    [Fact]
    public void After_Gone_IsOverAtOnceAndForGood()
    {
        var gone = Granted.After(Terms, At(10_400), RenewalAnswer.Gone, At(10_401));

        gone.HoldsAt(At(10_401)).ShouldBeFalse();
        gone.StepAt(At(10_401)).ShouldBe(LeaseStep.Stop);
        gone.After(Terms, At(10_410), RenewalAnswer.Renewed, At(10_411)).ShouldBe(gone);
    }

    [Fact]
    public void StepAt_NeverAnswered_GivesUpAfterTrying()
    {
        Granted.StepAt(At(10_399)).ShouldBe(LeaseStep.Wait);
        Granted.StepAt(At(10_400)).ShouldBe(LeaseStep.Renew);
        Granted.StepAt(At(13_799)).ShouldBe(LeaseStep.Renew);
        Granted.StepAt(At(13_800)).ShouldBe(LeaseStep.GiveUp);
    }

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
