using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Zones;

/// <summary>All of an answer behind its question, as it goes out. Immutable.</summary>
/// <param name="Bytes">Answer, authority and additional records.</param>
/// <param name="Answers">How many answer records.</param>
/// <param name="Authorities">How many authority records.</param>
/// <param name="Additional">How many additional records; they can be left out.</param>
/// <param name="NeededLength">Length without the additional records.</param>
/// <param name="Code">The outcome.</param>
internal sealed record AnswerBody(byte[] Bytes, ushort Answers, ushort Authorities, ushort Additional, int NeededLength, ResponseCode Code);

/// <summary>An answer of one type.</summary>
/// <param name="Alternatives">What can be said: one, unless there is a chooser.</param>
/// <param name="Chooser">Chooses among them; null where there is one.</param>
internal sealed record TypeAnswer(ushort Type, AnswerBody[] Alternatives, IAnswerChooser? Chooser);

/// <summary>"There is no such thing" with the zone's SOA (RFC 2308), whatever the name: its pointers are moved by as much as the question is longer than the apex.</summary>
/// <param name="Bytes">The SOA record behind a question for the apex.</param>
/// <param name="Pointers">Where pointers stand in it.</param>
internal sealed record NegativeAnswer(byte[] Bytes, int[] Pointers);
