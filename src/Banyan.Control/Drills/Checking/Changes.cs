namespace Banyan.Control.Drills.Checking;

/// <summary>A change that a client was told is done.</summary>
/// <param name="Client">Who made it.</param>
/// <param name="Seq">Its number: each client counts up, and sends the next one when it knows what became of the last.</param>
/// <param name="Receipt">What it was given for it.</param>
/// <param name="At">When, since the drill's start.</param>
internal readonly record struct AcknowledgedChange(int Client, long Seq, Guid Receipt, TimeSpan At);

/// <summary>A change found as a row.</summary>
internal readonly record struct FoundRow(int Client, long Seq, Guid Receipt);

/// <summary>A change found in the journal.</summary>
internal readonly record struct FoundEntry(long Position, int Client, long Seq, Guid Id);
