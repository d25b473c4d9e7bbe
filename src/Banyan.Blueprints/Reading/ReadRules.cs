namespace Banyan.Blueprints.Reading;

/// <summary>The stable ids of what can be wrong with a blueprint's text. All are errors: a blueprint with one of them is not used.</summary>
public static class ReadRules
{
    /// <summary>The file is absent, no file, can't be read, is empty, too large or no text.</summary>
    public const string File = "read.file";

    /// <summary>The text is not YAML.</summary>
    public const string Syntax = "read.syntax";

    /// <summary>A tab stands where YAML allows only blanks.</summary>
    public const string Tab = "read.tab";

    /// <summary>Nested too deeply, too many parts, or aliases that unfold into too many.</summary>
    public const string Limit = "read.limit";

    /// <summary>A key is written twice.</summary>
    public const string DuplicateKey = "read.duplicate-key";

    /// <summary>A key that the place does not know.</summary>
    public const string UnknownKey = "read.unknown-key";

    /// <summary>A key that must be there is not.</summary>
    public const string Missing = "read.missing";

    /// <summary>A list where a value belongs, and the like; or no value at all.</summary>
    public const string Type = "read.type";

    /// <summary>A word that is none of those allowed, or a number out of its limits.</summary>
    public const string Value = "read.value";

    /// <summary>A quantity with the wrong unit, or none.</summary>
    public const string Quantity = "read.quantity";

    /// <summary>A name with characters that names can't have.</summary>
    public const string Name = "read.name";
}
