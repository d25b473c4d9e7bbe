namespace Banyan.Cells.Residency;

/// <summary>How a person's rows of a table are found, exported, corrected and deleted. Immutable.</summary>
public sealed record PersonRows
{
    /// <summary>A condition of SQL over the table as <c>t</c>, with the person's subject as <c>$1</c>: <c>t.subject = $1</c>. Null where rows can't be found by person; then <see cref="Kept"/> says why.</summary>
    public string? Where { get; init; }

    /// <summary>Columns that hold values of <see cref="Personal.IKeyVault.ProtectAsync"/>; an export shows what they hold.</summary>
    public IReadOnlyList<SealedColumn> Sealed { get; init; } = [];

    /// <summary>Columns that an export names but does not show.</summary>
    public IReadOnlyList<WithheldColumn> Withheld { get; init; } = [];

    /// <summary>What the person may have corrected by itself. What needs proof, such as an address for logging in, is its service's own matter.</summary>
    public IReadOnlyList<CorrectableColumn> Correctable { get; init; } = [];

    /// <summary>Why rows stay when the person is deleted, and how long; null: they are deleted. What stays MUST tell nothing of the person once its key is shredded.</summary>
    public string? Kept { get; init; }

    /// <summary>The rows in which a column is the person's subject.</summary>
    public static PersonRows OfColumn(string column) => new() { Where = $"t.{column} = $1" };

    /// <summary>Rows that can't be found by person, and go by themselves.</summary>
    public static PersonRows Unfindable(string why) => new() { Kept = why };
}

/// <summary>A column with sealed values. Immutable.</summary>
/// <param name="Column">The column, of type <c>bytea</c>.</param>
/// <param name="Field">The field that they were sealed for.</param>
/// <param name="IsText">Whether an export shows them as text (UTF-8); else as base64.</param>
public sealed record SealedColumn(string Column, string Field, bool IsText = true);

/// <summary>A column that is not shown, such as a password's hash. Immutable.</summary>
/// <param name="Column">The column.</param>
/// <param name="Why">Said in the export.</param>
public sealed record WithheldColumn(string Column, string Why);

/// <summary>A value that a person may correct. Immutable.</summary>
/// <param name="Name">By which it is asked for: <c>identity.name</c>.</param>
/// <param name="Column">The column; sealed where it is among <see cref="PersonRows.Sealed"/>, else of type <c>text</c>.</param>
/// <param name="MaxLength">The most characters.</param>
public sealed record CorrectableColumn(string Name, string Column, int MaxLength);
