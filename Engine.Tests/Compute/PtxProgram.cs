using System.Text.RegularExpressions;

namespace ManualVae.Tests.Compute;

/// <summary>An instruction of PTX: what it writes and reads, by names of registers.</summary>
/// <param name="Line">Its text.</param>
/// <param name="Operation">Such as <c>bra.uni</c>.</param>
/// <param name="Guard">The predicate it depends on, or null.</param>
/// <param name="Writes">Registers that it writes.</param>
/// <param name="Reads">Registers that it reads, special ones such as <c>%tid.x</c> and the guard included.</param>
/// <param name="Target">Label that a branch goes to, or null.</param>
internal sealed record PtxInstruction(
    string Line, string Operation, string? Guard, string[] Writes, string[] Reads, string? Target);

/// <summary>Instructions without a branch between them.</summary>
internal sealed class PtxBlock(int number)
{
    public int Number => number;

    public List<PtxInstruction> Instructions { get; } = [];

    public List<PtxBlock> Successors { get; } = [];

    public List<PtxBlock> Predecessors { get; } = [];
}

/// <summary>The control flow of one kernel's PTX, as ILGPU writes it: an instruction a line.</summary>
internal sealed partial class PtxProgram
{
    private PtxProgram(List<PtxBlock> blocks) => Blocks = blocks;

    /// <summary>The blocks; the first is the entry, the last is the end, without instructions.</summary>
    public IReadOnlyList<PtxBlock> Blocks { get; }

    public static PtxProgram Parse(string code)
    {
        var blocks = new List<PtxBlock> { new(0) };
        var labels = new Dictionary<string, PtxBlock>();
        PtxBlock Next()
        {
            blocks.Add(new(blocks.Count));
            return blocks[^1];
        }
        string body = code[(code.IndexOf("\n{", StringComparison.Ordinal) + 2)..code.LastIndexOf('}')];
        foreach (string text in body.Split('\n').Select(line => line.Trim()))
        {
            if (Label().Match(text) is { Success: true } label)
            {
                if (blocks[^1].Instructions.Count > 0 || labels.ContainsValue(blocks[^1])) Next();
                labels[label.Groups[1].Value] = blocks[^1];
                continue;
            }
            foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (part.StartsWith('.') || part.StartsWith("//", StringComparison.Ordinal)) continue;
                var instruction = Instruction(part);
                blocks[^1].Instructions.Add(instruction);
                if (instruction.Operation is "bra" or "bra.uni" or "ret") Next();
            }
        }
        var end = Next();
        foreach (var block in blocks)
        {
            if (block == end) break;
            var last = block.Instructions.LastOrDefault();
            if (last?.Target is { } target) Join(block, labels[target]);
            if (last?.Operation == "ret") Join(block, end);
            if (last is null || last.Guard is not null || (last.Operation != "ret" && last.Target is null))
                Join(block, blocks[block.Number + 1]);
        }
        return new(blocks);
    }

    private static void Join(PtxBlock from, PtxBlock to)
    {
        if (from.Successors.Contains(to)) return;
        from.Successors.Add(to);
        to.Predecessors.Add(from);
    }

    private static PtxInstruction Instruction(string text)
    {
        string rest = text;
        string? guard = null;
        if (rest.StartsWith('@'))
        {
            int space = rest.IndexOf(' ', StringComparison.Ordinal);
            (guard, rest) = (rest[1..space].TrimStart('!'), rest[space..].Trim());
        }
        var words = rest.Split((char[])[' ', '\t'], 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string operation = words[0], operands = words.Length > 1 ? words[1] : "";
        if (operation.StartsWith("bra", StringComparison.Ordinal))
            return new(text, operation, guard, [], guard is null ? [] : [guard], operands);
        bool writes = !NoResult().IsMatch(operation);
        // The result is the first operand: a register, two predicates with a bar, or a group in braces.
        int length = !writes ? 0 : operands.StartsWith('{') ? operands.IndexOf('}') + 1
            : operands.IndexOf(',', StringComparison.Ordinal) is >= 0 and var comma ? comma : operands.Length;
        IEnumerable<string> Registers(string part) => Register().Matches(part).Select(m => m.Value);
        string[] reads = [.. Registers(operands[length..]), .. guard is null ? [] : new[] { guard }];
        return new(text, operation, guard, [.. Registers(operands[..length])], reads, null);
    }

    [GeneratedRegex(@"^([A-Za-z_$][\w$]*):$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(st|red|bar|ret|membar|fence|call|cp\.async)\b")]
    private static partial Regex NoResult();

    [GeneratedRegex(@"%[a-z]+\d*(\.[xyz])?|\bs\d+\b")]
    private static partial Regex Register();
}
