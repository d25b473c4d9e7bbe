using System.Diagnostics.CodeAnalysis;

namespace Banyan.Engines.Evm;

/// <summary>A value, or the reason why there is none. Immutable.</summary>
public readonly record struct EvmResult<T>
{
    private readonly T? _value;

    private EvmResult(T? value, EvmError? error) => (_value, Error) = (value, error);

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none: ask <see cref="Ok"/> first.</exception>
    public T Value => Ok ? _value! : throw new InvalidOperationException(Error.ToString());

    /// <summary>The reason; null where there is a value.</summary>
    public EvmError? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    public static implicit operator EvmResult<T>(T value) => new(value, null);

    public static implicit operator EvmResult<T>(EvmError error) => new(default, error);
}
