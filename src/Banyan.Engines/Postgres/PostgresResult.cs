using System.Diagnostics.CodeAnalysis;

namespace Banyan.Engines.Postgres;

/// <summary>A value, or the reason why there is none. Immutable.</summary>
public readonly record struct PostgresResult<T>
    where T : class
{
    private PostgresResult(T? value, PostgresError? error) => (Value, Error) = (value, error);

    /// <summary>The value; null where <see cref="Error"/> is set.</summary>
    public T? Value { get; }

    /// <summary>The reason; null where all is well.</summary>
    public PostgresError? Error { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Value is not null;

    public static implicit operator PostgresResult<T>(T value) => new(value, null);

    public static implicit operator PostgresResult<T>(PostgresError error) => new(null, error);
}
