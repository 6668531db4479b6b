using BenchmarkDotNet.Running;
using ManualVae.Bench;
using ManualVae.Compute;

if (args is ["rows", var count, var path, .. var rest])
{
    await ClickRows.Write(long.Parse(count), path, text: rest is ["text"]);
    return 0;
}

if (args is ["onnx", .. var how])
{
    int blocks = how is [var given, ..] ? int.Parse(given) : 50;
    OnnxTurns.Run(blocks, how is [_, "bf16"] ? Precision.Bf16 : Precision.Fp32);
    return 0;
}

var reports = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args).SelectMany(summary => summary.Reports).ToArray();
if (args.Any(flag => flag is "--list" or "--help" or "--info" or "--version")) return 0; // these run nothing
if (reports.Length > 0 && reports.All(report => report.Success)) return 0;
Console.Error.WriteLine(reports.Length == 0 ? "No benchmark ran; the names are in: --list flat"
    : $"{reports.Count(report => !report.Success)} of {reports.Length} benchmarks did not run; what went wrong is above.");
return 1;
