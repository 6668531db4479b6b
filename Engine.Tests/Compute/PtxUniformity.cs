namespace ManualVae.Tests.Compute;

/// <summary>
/// Which branches of a kernel may be taken by some threads of a warp and not by others. A value differs between threads if it
/// comes from one that does (the thread's number, a read at such an address, an atomic result), or if threads that came by
/// different ways from a divergent branch meet and the ways have written different values.
/// </summary>
internal sealed class PtxUniformity
{
    /// <summary>Operations whose results differ between threads whatever they read.</summary>
    private static readonly string[] OfOneThread = ["atom", "shfl", "mma", "ld.local"];

    private readonly PtxProgram _program;
    private readonly HashSet<string>[] _divergentAtEntry; // registers, block by block
    private readonly HashSet<string>[] _met; // registers whose value depends on the way by which a thread came to the block
    private readonly bool[][] _postDominators;
    private readonly HashSet<PtxBlock> _divergent = [];

    private PtxUniformity(PtxProgram program)
    {
        _program = program;
        int n = program.Blocks.Count;
        (_divergentAtEntry, _met) = ([.. NewSets(n)], [.. NewSets(n)]);
        _postDominators = PostDominators(program);
        bool changed = true;
        while (changed)
        {
            Spread();
            changed = false;
            foreach (var block in program.Blocks)
                if (block.Successors.Count > 1 && !_divergent.Contains(block) && IsDivergent(block, block.Instructions.Count - 1))
                {
                    _divergent.Add(block);
                    Meet(block);
                    changed = true;
                }
        }
    }

    /// <summary>Branches marked uniform that may not be, and barriers that only a part of a warp may reach.</summary>
    public static IReadOnlyList<string> Suspects(string code)
    {
        var analysis = new PtxUniformity(PtxProgram.Parse(code));
        var branches = analysis._divergent.Select(block => block.Instructions[^1])
            .Where(branch => branch.Operation == "bra.uni").Select(branch => branch.Line);
        var barriers = analysis._divergent.SelectMany(analysis.Region).Distinct().SelectMany(block => block.Instructions)
            .Where(i => i.Operation.StartsWith("bar.", StringComparison.Ordinal))
            .Select(i => $"{i.Line} after a divergent branch");
        return [.. branches, .. barriers];
    }

    /// <summary>Branches that depend on a register that may differ between threads.</summary>
    public static int DivergentBranches(string code) => new PtxUniformity(PtxProgram.Parse(code))._divergent.Count;

    private static IEnumerable<HashSet<string>> NewSets(int count) =>
        Enumerable.Range(0, count).Select(_ => new HashSet<string>());

    /// <summary>Forward over the blocks until nothing changes.</summary>
    private void Spread()
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (var block in _program.Blocks)
            {
                var entry = _divergentAtEntry[block.Number];
                int before = entry.Count;
                entry.UnionWith(_met[block.Number]);
                foreach (var from in block.Predecessors) entry.UnionWith(AtExit(from));
                changed |= entry.Count > before;
            }
        }
    }

    private HashSet<string> AtExit(PtxBlock block)
    {
        var state = new HashSet<string>(_divergentAtEntry[block.Number]);
        foreach (var instruction in block.Instructions) Apply(instruction, state);
        return state;
    }

    private bool IsDivergent(PtxBlock block, int instruction)
    {
        var state = new HashSet<string>(_divergentAtEntry[block.Number]);
        foreach (var earlier in block.Instructions.Take(instruction)) Apply(earlier, state);
        return block.Instructions[instruction].Reads.Any(state.Contains);
    }

    private static void Apply(PtxInstruction i, HashSet<string> divergent)
    {
        if (i.Writes.Length == 0) return;
        bool differs = i.Reads.Any(r => divergent.Contains(r) || r.StartsWith("%tid", StringComparison.Ordinal) || r == "%laneid")
            || OfOneThread.Any(operation => i.Operation.StartsWith(operation, StringComparison.Ordinal));
        foreach (string register in i.Writes)
            if (differs) divergent.Add(register);
            else if (i.Guard is null) divergent.Remove(register);
    }

    /// <summary>Blocks between a branch and the block where all its ways have met again, which is not among them.</summary>
    private IEnumerable<PtxBlock> Region(PtxBlock branch)
    {
        var seen = new HashSet<PtxBlock>();
        var waiting = new Queue<PtxBlock>(branch.Successors);
        while (waiting.TryDequeue(out var block))
            if (!_postDominators[branch.Number][block.Number] && seen.Add(block))
                foreach (var next in block.Successors) waiting.Enqueue(next);
        return seen;
    }

    /// <summary>
    /// Notes the registers that hold different writes where ways from a divergent branch come together: in its region, and where
    /// all of them have met.
    /// </summary>
    private void Meet(PtxBlock branch)
    {
        var region = Region(branch).ToHashSet();
        var ways = branch.Successors.Select(first => Definitions(first, region)).ToArray();
        foreach (var block in _program.Blocks)
        {
            if (!ways.All(way => way.ContainsKey(block))) continue;
            var registers = ways.SelectMany(way => way[block].Keys).Distinct();
            foreach (string register in registers)
            {
                var writes = ways.SelectMany(way => way[block].GetValueOrDefault(register) ?? [null]).Distinct();
                if (writes.Count() > 1) _met[block.Number].Add(register);
            }
        }
    }

    /// <summary>
    /// The writes of each register that reach a block on the way that begins at <paramref name="first"/>; null for none.
    /// </summary>
    private static Dictionary<PtxBlock, Dictionary<string, HashSet<PtxInstruction?>>> Definitions(
        PtxBlock first, HashSet<PtxBlock> region)
    {
        var reaching = new Dictionary<PtxBlock, Dictionary<string, HashSet<PtxInstruction?>>> { [first] = [] };
        var waiting = new Queue<PtxBlock>([first]);
        while (waiting.TryDequeue(out var block))
        {
            if (!region.Contains(block)) continue;
            var state = reaching[block].ToDictionary(p => p.Key, p => p.Value);
            foreach (var instruction in block.Instructions)
                foreach (string register in instruction.Writes)
                    state[register] = instruction.Guard is null
                        ? [instruction] : [.. state.GetValueOrDefault(register) ?? [null], instruction];
            foreach (var next in block.Successors)
            {
                bool isNew = reaching.TryAdd(next, []);
                var known = reaching[next];
                bool changed = isNew;
                foreach (string register in state.Keys.Union(known.Keys).ToArray())
                {
                    HashSet<PtxInstruction?> own = state.GetValueOrDefault(register) ?? [null];
                    if (!known.TryGetValue(register, out var writes))
                        known[register] = writes = isNew ? [] : [null]; // earlier ways here had not written it
                    int before = writes.Count;
                    known[register] = [.. writes, .. own];
                    changed |= known[register].Count > before;
                }
                if (changed) waiting.Enqueue(next);
            }
        }
        return reaching;
    }

    /// <summary>[a][b]: every way from a to the end passes b, and b is not a.</summary>
    private static bool[][] PostDominators(PtxProgram program)
    {
        int n = program.Blocks.Count;
        bool[][] after = [.. Enumerable.Range(0, n).Select(i => Enumerable.Repeat(i < n - 1, n).ToArray())];
        after[n - 1][n - 1] = true;
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = n - 2; i >= 0; i--)
            {
                var successors = program.Blocks[i].Successors;
                if (successors.Count == 0) continue;
                for (int b = 0; b < n; b++)
                {
                    bool now = b == i || successors.All(s => after[s.Number][b]);
                    changed |= now != after[i][b];
                    after[i][b] = now;
                }
            }
        }
        for (int i = 0; i < n; i++) after[i][i] = false;
        return after;
    }
}
