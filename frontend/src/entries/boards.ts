// Loaded by boards, the wall and the SQL page; each part does nothing where its elements are not.
import { start as startEditing } from "../boards/editing";
import { start as startLate } from "../boards/late";
import { start as startSql } from "../boards/sql";
import { start as startWall } from "../boards/wall";

startEditing();
startLate();
startSql();
startWall();
