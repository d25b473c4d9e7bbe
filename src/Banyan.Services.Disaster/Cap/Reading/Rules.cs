namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>Where a rule is written.</summary>
internal static class Rules
{
    public const string Alert = "CAP 1.2 section 3.2.1";
    public const string Info = "CAP 1.2 section 3.2.2";
    public const string Resource = "CAP 1.2 section 3.2.3";
    public const string Area = "CAP 1.2 section 3.2.4";
    public const string Coordinates = "CAP 1.2 section 3.3.1";
    public const string DateTime = "CAP 1.2 section 3.3.2";
    public const string Signature = "CAP 1.2 section 3.3.4";
    public const string Schema = "CAP 1.2 section 3.4 (schema)";
    public const string Xml = "XML 1.0";
    public const string Practice = "Banyan, docs/disaster.md";
}
