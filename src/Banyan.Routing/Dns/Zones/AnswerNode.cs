namespace Banyan.Routing.Dns.Zones;

/// <summary>A name that exists. Immutable.</summary>
internal sealed class AnswerNode
{
    /// <summary>The name in lower case.</summary>
    public required byte[] Name { get; init; }

    public required ulong Hash { get; init; }

    public required ZoneAnswers Zone { get; init; }

    /// <summary>Answers by type; empty where only names below exist.</summary>
    public required TypeAnswer[] Answers { get; init; }

    /// <summary>What a question of any other type gets, where the name is an alias; null where it is none.</summary>
    public AnswerBody? Alias { get; init; }

    /// <summary>What a question for everything gets (RFC 8482); null where there is nothing.</summary>
    public AnswerBody? Any { get; init; }

    public TypeAnswer? Find(ushort type)
    {
        foreach (var answer in Answers)
        {
            if (answer.Type == type)
                return answer;
        }

        return null;
    }
}

/// <summary>What a zone's names have in common.</summary>
/// <param name="ApexLength">Length of its name in bytes.</param>
/// <param name="Negative">What is said where there is nothing.</param>
internal sealed record ZoneAnswers(int Index, int ApexLength, NegativeAnswer Negative);
