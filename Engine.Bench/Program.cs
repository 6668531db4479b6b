using BenchmarkDotNet.Running;
using ManualVae.Bench;

if (args is ["rows", var count, var path, .. var rest])
    await ClickRows.Write(long.Parse(count), path, text: rest is ["text"]);
else
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
