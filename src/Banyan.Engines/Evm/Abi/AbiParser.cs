using System.Globalization;

namespace Banyan.Engines.Evm.Abi;

/// <summary>Reads types and signatures as Solidity writes them: <c>function f(uint256 a, (address to, bytes data)[] calls) view returns (bool)</c>.</summary>
internal ref struct AbiParser(string text)
{
    private const int MaxDepth = 16;
    private readonly string _text = text;
    private int _at;
    private int _depth;

    public AbiType Type()
    {
        AbiType type;
        if (Word("tuple") || Peek == '(')
        {
            type = AbiType.TupleOf(Parameters());
        }
        else
        {
            var name = Identifier();
            type = AbiType.Elementary(name) ?? throw Wrong($"'{name}' is no type");
        }

        while (Take('['))
        {
            var digits = _at;
            while (char.IsAsciiDigit(Peek))
                _at++;
            var count = -1;
            if (_at > digits && !int.TryParse(_text.AsSpan(digits, _at - digits), NumberStyles.None, CultureInfo.InvariantCulture, out count))
                throw Wrong("too many items");
            if (!Take(']'))
                throw Wrong("']' is missing");
            type = type.ArrayOf(count);
        }

        return type;
    }

    public List<AbiParameter> Parameters()
    {
        if (++_depth > MaxDepth)
            throw Wrong($"more than {MaxDepth} tuples in one another");
        if (!Take('('))
            throw Wrong("'(' is missing");
        var parameters = new List<AbiParameter>();
        if (!Take(')'))
        {
            do
                parameters.Add(Parameter());
            while (Take(','));
            if (!Take(')'))
                throw Wrong("')' is missing");
        }

        _depth--;
        return parameters;
    }

    /// <summary>Takes a keyword where it comes next.</summary>
    public bool Word(string word)
    {
        Space();
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0 || (_at + word.Length < _text.Length && IsLetter(_text[_at + word.Length])))
            return false;
        _at += word.Length;
        return true;
    }

    public string Identifier()
    {
        Space();
        var start = _at;
        while (_at < _text.Length && IsLetter(_text[_at]))
            _at++;
        return _at > start ? _text[start.._at] : throw Wrong("a name is missing");
    }

    public bool AtEnd
    {
        get
        {
            Space();
            return _at == _text.Length;
        }
    }

    public void End()
    {
        if (!AtEnd)
            throw Wrong($"'{_text[_at..]}' is too much");
    }

    private char Peek
    {
        get
        {
            Space();
            return _at < _text.Length ? _text[_at] : '\0';
        }
    }

    private AbiParameter Parameter()
    {
        var type = Type();
        var indexed = Word("indexed");
        _ = Word("memory") || Word("calldata") || Word("storage") || Word("payable");
        return new(type, IsLetter(Peek) ? Identifier() : "", indexed);
    }

    private bool Take(char character)
    {
        if (Peek != character)
            return false;
        _at++;
        return true;
    }

    private void Space()
    {
        while (_at < _text.Length && _text[_at] == ' ')
            _at++;
    }

    private readonly AbiException Wrong(string problem) => new($"{problem} at character {_at + 1} of '{_text}'");

    private static bool IsLetter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';
}
